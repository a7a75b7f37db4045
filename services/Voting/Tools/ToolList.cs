using System.Collections.Concurrent;
using Contracts;
using Voting.Ledger;

namespace Voting.Tools;

public enum ToolStatus
{
    Known,
    Retired,
    Unknown,
    NotYetKnown,
}

/// <summary>
/// Voting's own replica of the catalog's tools, so that no vote ever waits for the catalog. The stored copy is shared by all replicas; each
/// keeps it in memory, and looks into the store again when asked for a tool it does not know (at most a few times a second, however many
/// unknown names are tried).
/// </summary>
public sealed class ToolList(VoteLedger ledger, TimeProvider timeProvider, ILogger<ToolList> logger) : IDisposable
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(250);
    private readonly ConcurrentDictionary<string, ToolState> _tools = [];
    private readonly SemaphoreSlim _reading = new(1);
    private long _lastRead;
    private volatile bool _filled;
    private bool _unreadable;

    /// <summary>At least one tool is known.</summary>
    public bool Filled => _filled;

    /// <summary>The catalog has said what it has, be it nothing.</summary>
    public bool Told { get; set; }

    public async ValueTask<ToolStatus> StandingAsync(string tool, CancellationToken cancellationToken)
    {
        if (!_tools.ContainsKey(tool) && Slug.IsValid(tool))
            await ReadAsync(cancellationToken);
        return _tools.TryGetValue(tool, out var state)
            ? state.Retired
                ? ToolStatus.Retired
                : ToolStatus.Known
            : _filled
                ? ToolStatus.Unknown
                : ToolStatus.NotYetKnown;
    }

    /// <summary>Takes what the catalog says, by message or on request, and stores it for all replicas.</summary>
    public async Task KeepAsync(IReadOnlyList<ToolState> tools, CancellationToken cancellationToken)
    {
        var sound = tools.Where(ToolState.IsSound).ToList();
        if (sound.Count < tools.Count)
            VotingLog.UnsoundTools(logger, tools.Count - sound.Count);
        await ledger.KeepToolsAsync(sound, cancellationToken);
        Take(sound);
    }

    /// <summary>Reads the stored copy; true when it holds any tool.</summary>
    public async Task<bool> ReadAsync(CancellationToken cancellationToken)
    {
        await _reading.WaitAsync(cancellationToken);
        try
        {
            if (_lastRead != 0 && timeProvider.GetElapsedTime(_lastRead) < LookAgain)
                return _filled;
            Take(await ledger.ToolsAsync(cancellationToken));
            _unreadable = false;
        }
        catch (System.Data.Common.DbException error)
        {
            // The list in memory still serves; the vote itself will say what is wrong with the ledger.
            if (!_unreadable)
                VotingLog.ToolsUnreadable(logger, error.Message);
            _unreadable = true;
        }
        finally
        {
            _lastRead = timeProvider.GetTimestamp();
            _reading.Release();
        }

        return _filled;
    }

    public void Dispose() => _reading.Dispose();

    private void Take(IReadOnlyList<ToolState> tools)
    {
        foreach (var tool in tools)
            _tools.AddOrUpdate(tool.Slug, tool, (_, known) => known.Version < tool.Version ? tool : known);
        if (!_filled && tools.Count > 0)
        {
            _filled = true;
            VotingLog.ToolsKnown(logger, _tools.Count);
        }
    }
}
