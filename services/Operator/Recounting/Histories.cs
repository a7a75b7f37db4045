namespace Operator.Recounting;

/// <summary>
/// Follows every pseudonym's history: seq counts up by one, and each change begins where the one before ended. Costs memory for each voter
/// and tool (about 80 bytes), hence only when asked for.
/// </summary>
internal sealed class Histories
{
    private readonly Dictionary<(string Tool, UInt128 Voter), (long Seq, string? Choice)> _last = [];
    private readonly List<string> _wrongs = [];

    public IReadOnlyList<string> Wrongs => _wrongs;

    public void Take(in Entry entry)
    {
        if (!entry.IsVote)
            return;
        // The feed was read only with marks that parse.
        var key = (entry.Tool, MarkText.TryParse(entry.Voter, out var mark) ? mark : default);
        var before = _last.GetValueOrDefault(key);
        if (entry.Seq != before.Seq + 1)
            _wrongs.Add($"Entry {entry.Id}: seq {entry.Seq} follows {before.Seq}.");
        if (entry.Previous != before.Choice)
            _wrongs.Add($"Entry {entry.Id}: changes from {entry.Previous ?? "none"}, the vote was {before.Choice ?? "none"}.");
        _last[key] = (entry.Seq, entry.Choice);
    }
}
