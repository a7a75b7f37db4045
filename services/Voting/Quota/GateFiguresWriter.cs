using System.Data.Common;
using Hosting.Observability;

namespace Voting.Quota;

/// <summary>Writes the gate's figures every few seconds, and what is left when the process stops.</summary>
internal sealed class GateFiguresWriter(
    GateFigures figures,
    VoteGate gate,
    [FromKeyedServices("Ledger")] Hosting.Databases.Schema schema,
    TimeProvider timeProvider,
    ILogger<GateFiguresWriter> logger
) : BackgroundService
{
    private static readonly TimeSpan WriteEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ForgetEvery = TimeSpan.FromHours(1);

    private readonly Outage _outage = new();
    private DateTimeOffset _forgotten;

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (gate.Enabled && schema.Applied.IsCompletedSuccessfully)
            await TryAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!gate.Enabled)
            return;
        await schema.Applied.WaitAsync(stoppingToken);
        while (true)
        {
            await TryAsync(stoppingToken);
            await Task.Delay(WriteEvery, timeProvider, stoppingToken);
        }
    }

    private async Task TryAsync(CancellationToken cancellationToken)
    {
        try
        {
            await figures.WriteAsync(cancellationToken);
            if (timeProvider.GetUtcNow() - _forgotten > ForgetEvery)
            {
                await figures.ForgetAsync(cancellationToken);
                _forgotten = timeProvider.GetUtcNow();
            }

            if (_outage.Works())
                VotingLog.GateFiguresWrittenAgain(logger);
        }
        catch (DbException error)
        {
            if (_outage.Fails())
                VotingLog.GateFiguresNotWritten(logger, error.Message);
        }
    }
}
