using System.Text;
using Contracts.Log;

namespace Operator.Tests.PublicLog;

/// <summary>What the entries of a log say, whoever signed them.</summary>
public sealed class LogEntryTests : LogRecountTest
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(Size)]
    [InlineData(65_536)]
    [InlineData(66_100)]
    public async Task Provable_a_log_recounts_to_the_root_that_was_signed(int size)
    {
        var signed = Write(Log, Votes(size));
        var (code, answer, errors) = await RecountAsync(Log);
        code.ShouldBe(0, errors + answer);
        var facts = answer.GetProperty("facts");
        facts.GetProperty("entries").GetInt64().ShouldBe(size);
        facts.GetProperty("root").GetString().ShouldBe(Convert.ToBase64String(signed.Root));
        facts
            .GetProperty("note")
            .GetString()
            .ShouldBe(await File.ReadAllTextAsync(At("checkpoint"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Provable_an_announced_key_is_an_entry_without_votes_and_is_named()
    {
        var entries = Votes(Size).ToList();
        entries.Insert(10, Encoding.ASCII.GetBytes($"verdicts.key/v1 {Ann.LogKey} 2026-11-26T18:00Z"));
        Write(Log, entries);
        var (code, answer, errors) = await RecountAsync(Log);
        code.ShouldBe(0, errors);
        var announced = answer.GetProperty("facts").GetProperty("announced").EnumerateArray().ShouldHaveSingleItem();
        announced.GetProperty("entry").GetInt64().ShouldBe(10);
        announced.GetProperty("key").GetString().ShouldBe(Ann.LogKey.ToString());
    }

    [Fact]
    public async Task Provable_a_key_is_announced_once()
    {
        var entries = Votes(Size).ToList();
        foreach (var place in (int[])[10, 20])
            entries.Insert(place, Encoding.ASCII.GetBytes($"verdicts.key/v1 {Ann.LogKey} 2026-11-26T18:00Z"));
        Write(Log, entries);
        await IsWrongAsync("Entry 20: entry 10 announced this key already.");
    }

    // The log's own key signs each of these.
    [Theory]
    [InlineData("changed", "Entry 300: 71 ship, 40 skip of cursor-2-0 were expected, not 70 ship, 41 skip")]
    [InlineData("dropped", "Entry 301: version 151 of cursor-2-0 was expected, not 152")]
    [InlineData("reordered", "Entry 300: version 151 of cursor-2-0 was expected, not 152")]
    [InlineData("doubled", "Entry 301: seq 2 of mark ")]
    [InlineData("totals", "Entry 300: ")]
    [InlineData("seq", "Entry 300: seq 1 of mark ")]
    [InlineData("previous", "Entry 300: the choice of mark ")]
    [InlineData("mark of another tool", "votes on smolvlm2-2b and can't vote on cursor-2-0")]
    [InlineData("time", "Entry 300: a time not before 2026-11-26T18:00Z was expected, not 2026-11-26T17:59Z")]
    [InlineData("spaces", "Entry 300: a well-formed verdicts.vote/v1 was expected")]
    [InlineData("key", "Entry 300: a well-formed verdicts.key/v1 was expected")]
    [InlineData("long", "Entry 300: a well-formed verdicts.vote/v1 was expected")]
    public async Task Provable_the_first_entry_that_does_not_follow_is_named(string change, string expected)
    {
        var entries = Votes(Size).ToList();
        Leaf.TryParse(entries[300], out var vote).ShouldBeTrue();
        Leaf.TryParse(entries[301], out var other).ShouldBeTrue();
        switch (change)
        {
            case "changed":
                vote = vote! with { Choice = vote.Choice == "ship" ? "skip" : "ship" };
                break;
            case "totals":
                vote = vote! with { Ship = vote.Ship + 1 };
                break;
            case "seq":
                vote = vote! with { Seq = 2 };
                break;
            case "previous":
                vote = vote! with { Previous = vote.Choice == "ship" ? "skip" : "ship" };
                break;
            case "mark of another tool":
                Leaf.TryParse(entries[1], out var first).ShouldBeTrue();
                vote = vote! with { Mark = first!.Mark };
                break;
            case "time":
                vote = vote! with { Time = "2026-11-26T17:59Z" };
                break;
        }

        entries[300] = change switch
        {
            "spaces" => Encoding.ASCII.GetBytes(vote!.ToString().Replace(" ship ", "  ship ").Replace(" skip ", "  skip ")),
            "key" => Encoding.ASCII.GetBytes($"verdicts.key/v1 {Ann.LogKey}0 {vote!.Time}"),
            "long" => Encoding.ASCII.GetBytes(vote! + new string('0', 256)),
            _ => vote!.ToBytes(),
        };
        if (change == "dropped")
            entries.RemoveAt(300);
        if (change == "reordered")
            (entries[300], entries[302]) = (entries[302], entries[300]);
        if (change == "doubled")
            entries.Insert(301, entries[300]);
        Write(Log, entries);
        await IsWrongAsync(expected);
    }

    [Fact]
    public async Task Provable_an_unknown_kind_of_entry_stops_the_recount()
    {
        var entries = Votes(Size).ToList();
        entries[300] = "verdicts.merge/v9 cursor-2-0 2026-11-26T18:00Z"u8.ToArray();
        Write(Log, entries);
        var (code, answer, errors) = await RecountAsync(Log);
        code.ShouldBe(2);
        answer.GetProperty("well").GetBoolean().ShouldBeFalse();
        errors.ShouldContain("Entry 300 is of the kind verdicts.merge/v9");
    }
}
