using Faults.Tests.Crowd;
using Testing.Servers;

namespace Faults.Tests.Judgement;

/// <summary>A stranger's copy of the public ledger, and a recount of it that trusts nothing but the entries.</summary>
public sealed class Ledger
{
    private readonly Dictionary<(string Tool, string Voter), List<Acknowledged>> _histories = [];
    private readonly Dictionary<string, long> _versions = [];
    private readonly List<string> _wrongs = [];

    public long LastId { get; private set; }

    /// <summary>All changes per tool and voter's pseudonym.</summary>
    public IReadOnlyDictionary<(string Tool, string Voter), List<Acknowledged>> Histories => _histories;

    /// <summary>Entries that break a promise, in words; each is told once.</summary>
    public IReadOnlyList<string> TakeWrongs()
    {
        var wrongs = _wrongs.ToList();
        _wrongs.Clear();
        return wrongs;
    }

    /// <summary>Reads on from the last known entry to the present end.</summary>
    public async Task ReadOn(ServiceProcess voting)
    {
        while (true)
        {
            var page = await Api.Ledger(voting, LastId);
            if (page.Entries.Count == 0)
                return;
            foreach (var entry in page.Entries)
                Take(entry);
        }
    }

    /// <summary>The totals that follow from the entries, tools with votes only.</summary>
    public IReadOnlyDictionary<string, Totals> Recount() =>
        _histories
            .GroupBy(history => history.Key.Tool)
            .ToDictionary(
                tool => tool.Key,
                tool => new Totals(
                    tool.Key,
                    tool.Count(h => h.Value[^1].Choice == "ship"),
                    tool.Count(h => h.Value[^1].Choice == "skip"),
                    _versions[tool.Key]
                )
            );

    private void Take(Entry entry)
    {
        if (entry.Id != LastId + 1)
            _wrongs.Add($"after entry {LastId} comes {entry.Id}");
        LastId = entry.Id;
        var history = _histories.TryGetValue((entry.Tool, entry.Voter), out var known) ? known : _histories[(entry.Tool, entry.Voter)] = [];
        var before = history.Count == 0 ? null : history[^1];
        if (entry.Seq != history.Count + 1)
            _wrongs.Add($"entry {entry.Id}: seq {entry.Seq} follows {before?.Seq.ToString() ?? "nothing"}");
        if (entry.Previous != before?.Choice)
            _wrongs.Add($"entry {entry.Id}: previous is {entry.Previous ?? "none"}, was {before?.Choice ?? "none"}");
        if (entry.Choice == before?.Choice)
            _wrongs.Add($"entry {entry.Id} changes nothing: {entry.Choice ?? "none"} twice");
        if (entry.Choice is not (null or "ship" or "skip"))
            _wrongs.Add($"entry {entry.Id}: choice {entry.Choice}");
        history.Add(new Acknowledged(entry.Choice, entry.Seq, entry.At, entry.Id - 1));
        _versions[entry.Tool] = _versions.GetValueOrDefault(entry.Tool) + 1;
    }
}
