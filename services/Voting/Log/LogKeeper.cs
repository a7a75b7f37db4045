using Contracts.Log;
using Hosting.Observability;
using Voting.Ledger;

namespace Voting.Log;

/// <summary>
/// Follows the ledger and keeps the public log: entries become leaves, and at most once a second a checkpoint over all of them is signed.
/// It runs behind the votes and holds none of their locks; an entry's index is its id minus one, since the commit already put it in order.
/// </summary>
internal sealed class LogKeeper(
    VoteLedger ledger,
    LogStore store,
    LogSigner signer,
    LogGuard guard,
    VotingMetrics metrics,
    [FromKeyedServices("Ledger")] Hosting.Databases.Schema schema,
    TimeProvider timeProvider,
    ILogger<LogKeeper> logger
) : BackgroundService
{
    private const int PageSize = 4096;
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan SignEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(2);

    private readonly Outage _outage = new();
    private LogTail? _tail;
    private bool _signedHere;
    private bool _announced;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!signer.Signs)
            VotingLog.LogNotSigned(logger);
        // A replica that serves what another process signs still watches: a signer that is down can't say so itself.
        if (signer.Keys.Count == 0)
            return;
        await schema.Applied.WaitAsync(stoppingToken);
        while (true)
        {
            try
            {
                await KeepAsync(stoppingToken);
                if (_outage.Works() && signer.Signs)
                    VotingLog.LogKeptAgain(logger);
                await Task.Delay(LookEvery, timeProvider, stoppingToken);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                _tail = null;
                if (_outage.Fails() && signer.Signs)
                {
                    if (error is LogForkedException)
                        VotingLog.LogForked(logger, signer.Origin, error.Message);
                    else
                        VotingLog.LogNotKept(logger, error.Message);
                }

                await Task.Delay(AfterFailure, timeProvider, stoppingToken);
            }
        }
    }

    private async Task KeepAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var head = await store.HeadAsync(cancellationToken);
            metrics.LogStands(head.Entries, head.SignedSize);
            if (!signer.Signs)
                return;
            var lease = LogLease.From(timeProvider);
            if (lease.IsAnothers(head) || !IsDue(head, lease))
                return;
            // Before the first checkpoint that a new key signs, which the old one signs too.
            if (!_announced)
            {
                await ledger.AnnounceKeysAsync([.. signer.Keys.Select(key => key.ToString())], cancellationToken);
                _announced = true;
                continue;
            }

            if (_tail?.Size != head.Size)
                _tail = await LogTail.LoadAsync(store, head.Size, cancellationToken);
            var entries = await ledger.EntriesAsync(head.Size, PageSize, cancellationToken);
            var page = await _tail.AppendAsync(entries, cancellationToken);
            var isLast = entries.Count < PageSize;
            var note = isLast ? await SignAsync(head, page, cancellationToken) : null;
            if (!await ledger.BesideBatchesAsync(() => store.TryStoreAsync(page, note, lease, cancellationToken), cancellationToken))
            {
                // Another replica was faster; what is in memory went past what is stored.
                _tail = null;
                return;
            }

            _signedHere |= isLast;
            if (isLast)
                return;
        }
    }

    // A whole page is not made to wait: an old ledger is being caught up with, or the log's tables were emptied to be rebuilt. At the start
    // a checkpoint is signed in any case, since the keys may be others. A replica whose clock is ahead may have signed in what is the
    // future here.
    private bool IsDue(LogHead head, LogLease lease) =>
        head.Entries - head.Size >= PageSize
        || !_signedHere
        || head.Size < head.SignedSize
        || (head.Entries > head.SignedSize && TimeSpan.FromMicroseconds(lease.Now - head.SignedAt).Duration() >= SignEvery);

    private async Task<string> SignAsync(LogHead head, LogPage page, CancellationToken cancellationToken)
    {
        var checkpoint = new Checkpoint(signer.Origin, page.Size, _tail!.Root());
        var note = signer.Sign(checkpoint);
        var changed = page.Tiles.ToDictionary(tile => (tile.Tile.Level, tile.Tile.Number), tile => tile.Hashes);
        var tree = new TileTree(
            page.Size,
            async tile =>
                changed.GetValueOrDefault((tile.Level, tile.Number))
                ?? await store.HashesAsync(tile, cancellationToken)
                ?? throw new InvalidDataException($"The log has no tile {tile}.")
        );
        // Both are this database's own, and differ once it was changed by hand or its tree was rebuilt from other entries.
        if ((!_signedHere || head.Size < head.SignedSize) && head.Checkpoint is { } before)
            await LogGuard.CheckAsync(before, checkpoint, tree.RootAsync);
        await guard.RememberAsync(checkpoint, note, tree.RootAsync, cancellationToken);
        return note;
    }
}
