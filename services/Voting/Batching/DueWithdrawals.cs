using Hosting.Observability;
using Voting.Ledger;
using Voting.Relay;

namespace Voting.Batching;

/// <summary>
/// Withdraws votes of erased voters when their moments come. Every replica looks; the ledger takes each vote once, whoever asks. What
/// became due while nobody looked is withdrawn at the next start.
/// </summary>
internal sealed class DueWithdrawals(
    VoteLedger ledger,
    TotalsRelay relay,
    [FromKeyedServices("Ledger")] Hosting.Databases.Schema schema,
    TimeProvider timeProvider,
    ILogger<DueWithdrawals> logger
) : BackgroundService
{
    private const int Most = 1000;
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ShuffleEvery = TimeSpan.FromHours(1);

    private readonly Outage _outage = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await schema.Applied.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(LookEvery, timeProvider);
        var shuffled = timeProvider.GetTimestamp();
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                while (await ledger.WithdrawDueAsync(Most, stoppingToken) is { Count: > 0 } moved)
                    relay.Moved(moved);
                if (timeProvider.GetElapsedTime(shuffled) >= ShuffleEvery)
                {
                    await ledger.ShuffleDueAsync(stoppingToken);
                    shuffled = timeProvider.GetTimestamp();
                }

                if (_outage.Works())
                    VotingLog.WithdrawsAgain(logger);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                if (_outage.Fails())
                    VotingLog.NotWithdrawn(logger, error.Message);
            }
        }
    }
}
