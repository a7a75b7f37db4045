using System.Net;

namespace Voting.Quota;

/// <summary>Which of the two bounds a new voter ran into, if any.</summary>
internal enum Bound { None, Address, Network }

/// <summary>Counts new voters by place: in Redis for all replicas together, or in this process.</summary>
internal interface ICounts
{
    /// <summary>Counts the voter unless it is counted today already, or a bound is reached.</summary>
    /// <param name="now">UTC.</param>
    /// <exception cref="CountsAwayException">Nobody knows whether it was counted; counting it elsewhere too does no harm.</exception>
    ValueTask<Bound> AdmitAsync(IPAddress? from, Guid voter, DateTimeOffset now);
}

internal sealed class CountsAwayException(Exception inner) : Exception("The quota's counts are away.", inner);
