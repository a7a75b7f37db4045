using System.Threading.RateLimiting;
using Hosting.Configuration;
using Hosting.Limits;

namespace Voting.Quota;

/// <summary>
/// How fast one voter may change votes on this replica: faster than a person clicks, slower than a program that makes the ledger grow.
/// Asked only after the token was verified, so that made-up voters can't fill memory with paces of their own.
/// </summary>
public sealed class VoterRateLimit : IDisposable
{
    private const int Burst = 60;
    private const int PerSecond = 1;
    private readonly PartitionedRateLimiter<Guid>? _pace;

    public VoterRateLimit(IConfiguration configuration)
    {
        if (configuration.Switch(RateLimits.Setting, standard: true))
            _pace = PartitionedRateLimiter.Create<Guid, Guid>(voter =>
                RateLimitPartition.GetTokenBucketLimiter(
                    voter,
                    _ => new TokenBucketRateLimiterOptions
                    {
                        TokenLimit = Burst,
                        TokensPerPeriod = PerSecond,
                        ReplenishmentPeriod = TimeSpan.FromSeconds(1),
                    }
                )
            );
    }

    /// <returns>0, or the seconds the voter has to wait.</returns>
    public int Wait(Guid voter)
    {
        if (_pace is null)
            return 0;
        using var lease = _pace.AttemptAcquire(voter);
        return lease.IsAcquired ? 0
            : lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds))
            : 1;
    }

    public void Dispose() => _pace?.Dispose();
}
