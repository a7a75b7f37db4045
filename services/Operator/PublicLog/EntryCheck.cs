using System.Text;
using Contracts.Log;
using Operator.Recounting;

namespace Operator.PublicLog;

/// <summary>
/// Follows the log entry by entry: each tool's totals count up by one change, each mark's choices follow from one another, and times never
/// go back; votes that were held, released or made void move the totals and their later changes as that demands. Stops at the first entry
/// that does not follow. Costs about 150 bytes for each mark.
/// </summary>
internal sealed class EntryCheck
{
    private const string None = "-";

    private readonly record struct Voter(int Tool, uint Seq, Choice Choice, State State, long Index);

    private enum State : byte
    {
        Counted,
        Held,
        Void,
    }

    private enum Choice : byte
    {
        None,
        Ship,
        Skip,
    }

    private readonly Dictionary<UInt128, Voter> _marks = [];

    // By its newest entry, which is how a decision names a vote.
    private readonly Dictionary<long, UInt128> _votes = [];
    private readonly Dictionary<string, int> _places = [];
    private readonly List<LogTotal> _totals = [];
    private readonly List<AnnouncedKey> _keys = [];
    private string _time = "";

    /// <summary>The first entry that is not as the ones before it demand, in words.</summary>
    public string? Wrong { get; private set; }

    /// <summary>Says why the rest can't be followed: an entry of a kind that came after this release.</summary>
    public string? Unknown { get; private set; }

    public IReadOnlyList<LogTotal> Totals => _totals;

    /// <summary>The keys that entries announce, in their order.</summary>
    public IReadOnlyList<AnnouncedKey> Keys => _keys;

    /// <param name="index">The entry's place in the log, from 0.</param>
    public void Take(long index, in LogEntry entry)
    {
        if (Wrong is not null || Unknown is not null)
            return;
        if (entry.Vote is { } vote)
            Wrong = WrongOf(index, vote) is { } wrong ? $"Entry {index}: {wrong} It reads: {vote}" : null;
        else
            TakeOther(index, entry.Bytes);
    }

    private string? WrongOf(long index, Leaf vote)
    {
        if (!MarkText.TryParse(vote.Mark, out var mark))
            return "a mark of 16 bytes was expected.";
        if (WrongOf(vote.Time) is { } time)
            return time;
        var place = PlaceOf(vote.Tool);
        var total = _totals[place];
        var before = _marks.TryGetValue(mark, out var known) ? known : new Voter(place, 0, Choice.None, State.Counted, -1);
        var isCounted = before.State is State.Counted;
        var (ship, skip) = isCounted ? (total.Ship + Step(vote, "ship"), total.Skip + Step(vote, "skip")) : (total.Ship, total.Skip);
        if (before.Tool != place)
            return $"mark {vote.Mark} votes on {_totals[before.Tool].Tool} and can't vote on {vote.Tool}.";
        if (vote.Seq != before.Seq + 1L)
            return $"seq {before.Seq + 1L} of mark {vote.Mark} was expected, not {vote.Seq}.";
        if (vote.Previous != Word(before.Choice))
            return $"the choice of mark {vote.Mark} before was {Word(before.Choice)}, not {vote.Previous}.";
        if (vote.Version != total.Version + 1)
            return $"version {total.Version + 1} of {vote.Tool} was expected, not {vote.Version}.";
        if ((vote.Ship, vote.Skip) != (ship, skip))
            return $"{ship} ship, {skip} skip of {vote.Tool} were expected, not {vote.Ship} ship, {vote.Skip} skip.";
        (total.Version, total.Ship, total.Skip) = (vote.Version, ship, skip);
        _votes.Remove(before.Index);
        _votes[index] = mark;
        _marks[mark] = new Voter(place, (uint)vote.Seq, ChoiceOf(vote.Choice), before.State, index);
        return null;
    }

    private string? WrongOf(DecisionLeaf decision)
    {
        if (WrongOf(decision.Time) is { } time)
            return time;
        if (!_votes.TryGetValue(decision.Index, out var mark) || _marks[mark] is var vote && _totals[vote.Tool].Tool != decision.Tool)
            return $"entry {decision.Index} is not the newest of a vote on {decision.Tool}.";
        var total = _totals[vote.Tool];
        var after = decision.Kind switch
        {
            DecisionLeaf.Hold => State.Held,
            DecisionLeaf.Release => State.Counted,
            _ => State.Void,
        };
        if (vote.State is State.Void || vote.State == after || after is State.Counted && vote.State is not State.Held)
            return $"the vote is {vote.State} and can't become {after}.";
        var step = (after is State.Counted ? 1 : 0) - (vote.State is State.Counted ? 1 : 0);
        var (ship, skip) = (total.Ship + (vote.Choice is Choice.Ship ? step : 0), total.Skip + (vote.Choice is Choice.Skip ? step : 0));
        if (decision.Version != total.Version + 1)
            return $"version {total.Version + 1} of {decision.Tool} was expected, not {decision.Version}.";
        if ((decision.Ship, decision.Skip) != (ship, skip))
            return $"{ship} ship, {skip} skip of {decision.Tool} were expected, not {decision.Ship} ship, {decision.Skip} skip.";
        (total.Version, total.Ship, total.Skip) = (decision.Version, ship, skip);
        _marks[mark] = vote with { State = after };
        return null;
    }

    private string? WrongOf(long index, KeyLeaf leaf)
    {
        var key = leaf.Key.ToString();
        if (WrongOf(leaf.Time) is { } time)
            return time;
        if (_keys.Find(known => known.Key == key) is { } before)
            return $"entry {before.Entry} announced this key already.";
        _keys.Add(new AnnouncedKey(index, key));
        return null;
    }

    private int PlaceOf(string tool)
    {
        if (_places.TryGetValue(tool, out var place))
            return place;
        _places.Add(tool, place = _totals.Count);
        _totals.Add(new LogTotal(tool));
        return place;
    }

    private void TakeOther(long index, byte[] bytes)
    {
        var line = Printable(bytes);
        if (DecisionLeaf.TryParse(bytes, out var decision))
        {
            Wrong = WrongOf(decision) is { } why ? $"Entry {index}: {why} It reads: {line}" : null;
            return;
        }

        if (KeyLeaf.TryParse(bytes, out var announced))
        {
            Wrong = WrongOf(index, announced) is { } why ? $"Entry {index}: {why} It reads: {line}" : null;
            return;
        }

        switch (line.Split(' '))
        {
            case [Leaf.Kind, ..]:
                Wrong = $"Entry {index}: a well-formed {Leaf.Kind} was expected. It reads: {line}";
                break;
            case [var kind, ..] when DecisionLeaf.IsKind(kind):
                Wrong = $"Entry {index}: a well-formed {kind} was expected. It reads: {line}";
                break;
            case [KeyLeaf.Kind, ..]:
                Wrong = $"Entry {index}: a well-formed {KeyLeaf.Kind} was expected. It reads: {line}";
                break;
            case [var kind, ..]:
                Unknown =
                    $"Entry {index} is of the kind {kind}, which this release of the tool does not know. Votes were counted up to "
                    + "there and no further.";
                break;
        }
    }

    // Of the form that sorts as text.
    private string? WrongOf(string time)
    {
        if (string.CompareOrdinal(time, _time) < 0)
            return $"a time not before {_time} was expected, not {time}.";
        _time = time;
        return null;
    }

    private static int Step(Leaf vote, string choice) => (vote.Choice == choice ? 1 : 0) - (vote.Previous == choice ? 1 : 0);

    private static string Word(Choice choice) =>
        choice switch
        {
            Choice.Ship => "ship",
            Choice.Skip => "skip",
            Choice.None => None,
        };

    private static Choice ChoiceOf(string word) =>
        word switch
        {
            "ship" => Choice.Ship,
            "skip" => Choice.Skip,
            _ => Choice.None,
        };

    private static string Printable(byte[] bytes) =>
        string.Concat(
            Encoding.ASCII.GetString(bytes.AsSpan(0, Math.Min(bytes.Length, Leaf.MaxLength))).Select(c => char.IsControl(c) ? '?' : c)
        );
}

/// <param name="Entry">Its place in the log, from 0.</param>
/// <param name="Key">As verifiers write it.</param>
internal sealed record AnnouncedKey(long Entry, string Key);

/// <summary>A tool's votes as the log's entries add up.</summary>
internal sealed class LogTotal(string tool)
{
    public string Tool { get; } = tool;
    public long Version { get; set; }
    public long Ship { get; set; }
    public long Skip { get; set; }
}
