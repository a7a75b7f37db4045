using System.Net;

namespace Voting.Quota;

/// <summary>Which of the two bounds a new voter ran into, if any.</summary>
internal enum Bound
{
    None,
    Address,
    Network,
}

/// <summary>Counts new voters by place: in Redis for all replicas together, or in this process.</summary>
internal interface IQuotaCounts
{
    /// <summary>Counts the voter unless it is counted today already, or a bound is reached.</summary>
    /// <param name="now">UTC.</param>
    /// <exception cref="QuotaCountsUnavailableException">Nobody knows whether it was counted; counting it elsewhere too does no
    /// harm.</exception>
    ValueTask<Bound> AdmitAsync(IPAddress? from, Guid voter, DateTimeOffset now);

    /// <summary>Destroys what this process holds of hours and days that are over, the salt first of all.</summary>
    void Forget(DateTimeOffset now);

    /// <summary>The day (since 1970) whose salt this process holds, if any.</summary>
    long? SaltOf { get; }
}

internal sealed class QuotaCountsUnavailableException(Exception inner) : Exception("The quota's counts are unavailable.", inner);
