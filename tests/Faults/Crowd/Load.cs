using Testing;
using Testing.Machine;

namespace Faults.Tests.Crowd;

/// <summary>Readers who keep voting and watchers who keep looking, from <see cref="Start"/> until <see cref="Stop"/>.</summary>
public sealed class Load : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _voting = [];
    private readonly Site _site;

    private Load(Site site, int readers, int watchers)
    {
        _site = site;
        Readers = [.. Enumerable.Range(0, readers).Select(_ => NewReader())];
        Watchers =
        [
            .. Enumerable.Range(0, watchers).Select(n => new Watcher(site.Tally[n % site.Tally.Count], Some(n), stream: n % 4 == 3)),
        ];
    }

    public Diary Diary { get; } = new();
    public IReadOnlyList<Reader> Readers { get; private set; }
    public IReadOnlyList<Watcher> Watchers { get; }

    /// <summary>Completes when every watcher has its snapshots and the first votes were taken.</summary>
    public static async Task<Load> Start(Site site)
    {
        var load = new Load(site, Form.Readers, Form.Watchers);
        foreach (var watcher in load.Watchers)
            watcher.Start();
        await Eventually.HoldsAsync(
            () => load.Watchers.All(watcher => watcher.Complete),
            "all watchers have a snapshot",
            TimeSpan.FromSeconds(30)
        );
        foreach (var reader in load.Readers)
            load._voting.Add(Task.Run(() => load.KeepVoting(reader)));
        await load.Votes(load.Readers.Count);
        return load;
    }

    /// <summary>A reader of this scenario whom the scenario itself lets vote.</summary>
    public Reader NewReader()
    {
        var reader = new Reader(_site, Diary);
        lock (_site.Readers)
            _site.Readers.Add(reader);
        Readers = [.. Readers ?? [], reader];
        return reader;
    }

    /// <summary>Waits until that many more votes were acknowledged.</summary>
    public Task Votes(int more)
    {
        var enough = Diary.Count + more;
        return Eventually.HoldsAsync(() => Diary.Count >= enough, $"{more} more votes were acknowledged", TimeSpan.FromSeconds(60));
    }

    /// <summary>Lets every reader get the answer to the vote under way, and then no more.</summary>
    public async Task Stop()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_voting);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_voting).ContinueWith(_ => { }, TaskScheduler.Default);
        await Task.WhenAll(Watchers.Select(watcher => watcher.DisposeAsync().AsTask()));
        _stop.Dispose();
    }

    private async Task KeepVoting(Reader reader)
    {
        while (!_stop.IsCancellationRequested)
        {
            var tool = _site.Tools[Random.Shared.Next(_site.Tools.Count)];
            // Withdrawing is the rare case; the same choice once more happens by itself.
            var choice = Random.Shared.Next(10) switch
            {
                0 => null,
                < 6 => "ship",
                _ => "skip",
            };
            await reader.Vote(tool, choice);
            try
            {
                await Task.Delay(Random.Shared.Next(100, 400), _stop.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    // One in ten looks at everything, the others at a comparison or two.
    private string[] Some(int n) =>
        n % 10 == 0 ? [.. _site.Tools.Take(50)] : [.. Random.Shared.GetItems<string>([.. _site.Tools], 4).Distinct()];
}
