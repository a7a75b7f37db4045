using System.Diagnostics;
using Faults.Tests.Crowd;
using Testing;
using Testing.Machine;

namespace Faults.Tests.Judgement;

/// <summary>Judges from outside, by the public API alone, whether the promises were kept.</summary>
public sealed class Judge(Site site)
{
    /// <summary>How long after the fault's end everything agreed, as far as one look at all of it can tell.</summary>
    public TimeSpan Agreed { get; private set; }

    /// <summary>
    /// Call when the fault has ended and the readers have stopped. Exact must come true within ten seconds of the fault's end;
    /// the rest is judged once.
    /// </summary>
    /// <param name="sinceFault">Runs since the fault's end.</param>
    /// <returns>Broken promises in words; empty when all were kept.</returns>
    public async Task<IReadOnlyList<string>> Judgement(Load load, Stopwatch sinceFault)
    {
        var broken = new List<string>();
        try
        {
            var left = Form.Settled - sinceFault.Elapsed;
            await Eventually.HoldsAsync(
                async () => await Disagreement(load) is { } disagreement ? throw new InvalidOperationException(disagreement) : true,
                "tally, recount and last push agree (Exact)",
                left
            );
            Agreed = sinceFault.Elapsed;
        }
        catch (TimeoutException late)
        {
            broken.Add(late.Message);
        }

        broken.AddRange(site.Ledger.TakeWrongs().Select(wrong => $"One vote: {wrong}"));
        broken.AddRange(load.Diary.Wrongs.Select(wrong => $"Durable: {wrong}"));
        broken.AddRange(load.Watchers.SelectMany(watcher => watcher.Backwards).Select(backwards => $"Forward only: {backwards}"));
        broken.AddRange(Unaccounted().Select(unaccounted => $"Durable: {unaccounted}"));
        await foreach (var stranger in OwnVotes(load))
            broken.Add($"Durable: {stranger}");
        return broken;
    }

    // Ledger's entries -> Voting's totals -> every Tally replica -> every watcher, in the order the truth travels.
    private async Task<string?> Disagreement(Load load)
    {
        await site.Ledger.ReadOn(site.Voting[0]);
        var recount = site.Ledger.Recount();
        foreach (var voting in site.Voting)
        {
            var totals = (await Api.Totals(voting)).ToDictionary(total => total.Tool);
            foreach (var tool in site.Tools)
                if (Of(recount, tool) != Of(totals, tool))
                    return $"{voting.Name} totals {Of(totals, tool)}, the recount is {Of(recount, tool)}";
        }

        foreach (var replica in site.Tally)
        {
            var tallies = (await Api.Tallies(replica, site.Tools)).ToDictionary(tally => tally.Tool);
            foreach (var tool in site.Tools)
                if (!tallies.TryGetValue(tool, out var tally) || Different(tally, Of(recount, tool)))
                    return $"{replica.Name} shows {tally}, the recount is {Of(recount, tool)}";
        }

        foreach (var watcher in load.Watchers)
        {
            if (!watcher.Complete)
                return $"{watcher} is not connected or has no snapshot ({watcher.Trouble})";
            foreach (var (tool, tally) in watcher.Shown)
                if (Different(tally, Of(recount, tool)))
                    return $"{watcher} last saw {tally}, the recount is {Of(recount, tool)}";
        }

        return null;
    }

    private static Totals Of(IReadOnlyDictionary<string, Totals> totals, string tool) =>
        totals.TryGetValue(tool, out var known) ? known : new Totals(tool, 0, 0, 0);

    private static bool Different(ToolTally tally, Totals totals) =>
        new Totals(tally.Tool, tally.Ship, tally.Skip, tally.Version) != totals
        || tally.Total != totals.Ship + totals.Skip
        || tally.Ship < 0
        || tally.Skip < 0;

    // Pseudonyms can't be tied to readers, so whole histories are matched: each that a reader was told must be in the ledger,
    // once, at the index they were told, and the ledger must hold none besides.
    private IEnumerable<string> Unaccounted()
    {
        var told = site.Readers.SelectMany(reader => reader.History).CountBy(history => Line(history.Key, history.Value)).ToDictionary();
        var kept = site.Ledger.Histories.CountBy(history => Line(history.Key.Tool, history.Value)).ToDictionary();
        foreach (
            var history in told.Keys.Union(kept.Keys).Where(history => told.GetValueOrDefault(history) != kept.GetValueOrDefault(history))
        )
        {
            if (site.Reported.Add(history))
                yield return $"readers were told {told.GetValueOrDefault(history)} times, and the ledger holds {kept.GetValueOrDefault(history)} times, {history}";
        }
    }

    private static string Line(string tool, List<Acknowledged> changes)
    {
        var line = string.Join(
            ' ',
            changes.TakeLast(5).Select(change => $"{change.Seq}:{change.Choice ?? "none"}@{change.At:HH:mm}#{change.Index}")
        );
        var all = new HashCode();
        foreach (var change in changes)
            all.Add((change.Choice, change.Seq, change.Index, $"{change.At:u}"[..16]));
        return $"{tool} [{changes.Count} changes, {all.ToHashCode():x8}] {line}";
    }

    private async IAsyncEnumerable<string> OwnVotes(Load load)
    {
        foreach (var reader in load.Readers.Where(reader => reader.History.Count > 0))
        {
            var replica = site.Voting[Random.Shared.Next(site.Voting.Count)];
            var own = (await reader.Own(replica)).Votes.ToDictionary(vote => vote.Tool);
            foreach (var (tool, changes) in reader.History)
            {
                var (choice, seq) = own.TryGetValue(tool, out var vote) ? (vote.Choice, vote.Seq) : (null, changes[^1].Seq);
                if (choice != changes[^1].Choice || seq != changes[^1].Seq)
                    yield return $"{replica.Name} says a reader's vote on {tool} is {vote}, acknowledged last was {changes[^1]}";
            }
        }
    }
}
