using System.Security.Cryptography;
using System.Text;
using Contracts.Log;

namespace Testing.Logs;

/// <summary>Votes one after another, each as the log's entry that follows from the ones before.</summary>
public sealed class VoteSequence
{
    private const int MarkLength = 16;

    private static readonly DateTimeOffset Start = new(2026, 11, 26, 18, 0, 0, TimeSpan.Zero);

    private readonly Dictionary<string, (long Version, long Ship, long Skip)> _totals = [];
    private readonly Dictionary<(string Tool, long Voter), (long Seq, string Choice)> _choices = [];
    private long _votes;

    /// <summary>A hundred votes a second: the time moves with them.</summary>
    public Leaf Cast(string tool, long voter, string choice)
    {
        var before = _choices.GetValueOrDefault((tool, voter), (Seq: 0, Choice: "-"));
        var total = _totals.GetValueOrDefault(tool);
        total = (total.Version + 1, total.Ship + Step("ship"), total.Skip + Step("skip"));
        _totals[tool] = total;
        _choices[(tool, voter)] = (before.Seq + 1, choice);
        var mark = Leaf.MarkOf(SHA256.HashData(Encoding.ASCII.GetBytes($"{tool} {voter}")).AsSpan(0, MarkLength));
        var time = Leaf.TimeOf(Start.AddSeconds(_votes++ / 100));
        return new Leaf(tool, total.Version, total.Ship, total.Skip, choice, before.Choice, before.Seq + 1, mark, time);

        int Step(string word) => (choice == word ? 1 : 0) - (before.Choice == word ? 1 : 0);
    }

    /// <summary>On two tools in turn; every fifth vote changes or withdraws one of that tool's before.</summary>
    public IEnumerable<Leaf> CastMany(long count)
    {
        for (var n = 0L; n < count; n++)
        {
            var tool = n % 2 == 0 ? "cursor-2-0" : "smolvlm2-2b";
            yield return n % 5 == 4 ? Cast(tool, n - 2, n % 3 == 0 ? "-" : Other(tool, n - 2)) : Cast(tool, n, n % 3 == 0 ? "skip" : "ship");
        }
    }

    private string Other(string tool, long voter) => _choices[(tool, voter)].Choice == "ship" ? "skip" : "ship";
}
