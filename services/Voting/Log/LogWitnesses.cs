using Hosting.Observability;

namespace Voting.Log;

/// <summary>
/// Gathers the cosignatures of witnesses. Nothing waits for them: a checkpoint is served as soon as the log has signed it, and a witness's
/// line joins it when it comes.
/// </summary>
internal sealed class LogWitnesses(
    LogStore store,
    LogSigner signer,
    IReadOnlyList<WitnessSettings> witnesses,
    IHttpClientFactory clients,
    [FromKeyedServices("Ledger")] Hosting.Databases.Schema schema,
    TimeProvider timeProvider,
    ILogger<LogWitnesses> logger
) : BackgroundService
{
    public const string ClientName = "LogWitness";
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(10);

    /// <summary>What a witness may take and send; it is somebody else's machine.</summary>
    public static void Bounded(HttpClient http)
    {
        http.Timeout = TimeSpan.FromSeconds(5);
        http.MaxResponseContentBufferSize = 16 * 1024;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!signer.Signs || witnesses.Count == 0)
            return;
        await schema.Applied.WaitAsync(stoppingToken);
        // Each on its own: one that is slow or hostile delays no other.
        await Task.WhenAll(witnesses.Select(witness => FollowAsync(witness, stoppingToken)));
    }

    private async Task FollowAsync(WitnessSettings witness, CancellationToken stoppingToken)
    {
        var client = new WitnessClient(witness, clients.CreateClient(ClientName));
        var outage = new Outage(timeProvider);
        for (var signed = 0L; ;)
        {
            var pause = LookEvery;
            try
            {
                signed = await AskAsync(client, signed, stoppingToken);
                if (outage.Works())
                    VotingLog.WitnessBack(logger, witness.Key.Name);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                pause = AfterFailure;
                if (outage.Fails())
                    VotingLog.WitnessUnavailable(logger, witness.Key.Name, error.Message);
            }

            await Task.Delay(pause, timeProvider, stoppingToken);
        }
    }

    private async Task<long> AskAsync(WitnessClient client, long signed, CancellationToken cancellationToken)
    {
        var head = await store.HeadAsync(cancellationToken);
        if (head.Checkpoint is null || head.SignedSize == signed || LogLease.From(timeProvider).IsAnothers(head))
            return signed;
        var line = await client.AskAsync(
            head.Checkpoint,
            head.SignedSize,
            store.TreeOf(head.SignedSize, cancellationToken),
            cancellationToken
        );
        if (line is null)
            return signed;
        await store.KeepCosignatureAsync(client.Key.ToString(), head.Checkpoint, line, cancellationToken);
        return head.SignedSize;
    }
}
