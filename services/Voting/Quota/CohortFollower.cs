using Hosting.Observability;

namespace Voting.Quota;

/// <summary>
/// Follows the ledger's first votes so that every replica counts the same, and deletes what is older than 48 hours. Raced at a bound
/// between two looks, each replica may let through as many as the bound allows; <see cref="Integrity.Detection"/> looks at all of them.
/// </summary>
internal sealed class CohortFollower(
    VoteGate gate,
    CohortStore store,
    [FromKeyedServices("Ledger")] Hosting.Databases.Schema schema,
    TimeProvider timeProvider,
    ILogger<CohortFollower> logger
) : BackgroundService
{
    public static readonly TimeSpan Kept = TimeSpan.FromHours(48);

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ForgetEvery = TimeSpan.FromMinutes(5);

    private readonly Outage _outage = new();
    private long? _last;
    private DateTimeOffset _forgotten;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!gate.Enabled)
            return;
        await schema.Applied.WaitAsync(stoppingToken);
        while (true)
        {
            try
            {
                await FollowAsync(stoppingToken);
                if (_outage.Works())
                    VotingLog.CohortsFollowedAgain(logger);
                await Task.Delay(LookEvery, timeProvider, stoppingToken);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                if (_outage.Fails())
                    VotingLog.CohortsNotFollowed(logger, error.Message);
                await Task.Delay(AfterFailure, timeProvider, stoppingToken);
            }
        }
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        var now = timeProvider.GetUtcNow();
        var (last, cohorts) = _last is { } after
            ? await store.AfterAsync(after, cancellationToken)
            : await store.OfDayAsync(new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero), cancellationToken);
        gate.Follow(cohorts);
        gate.Open();
        _last = last;
        if (now - _forgotten < ForgetEvery)
            return;
        gate.Forget(now);
        await store.ForgetAsync(now - Kept, cancellationToken);
        _forgotten = now;
    }
}
