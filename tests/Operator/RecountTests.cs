using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Testing;

namespace Operator.Tests;

/// <summary>
/// A recount of sites that say something their ledger does not. That an honest site is found exact is shown on a real one, in tests/Faults.
/// </summary>
public sealed class RecountTests
{
    private static readonly string[] Honest = ["a skip", "b skip", "a skip>ship"];

    [Fact]
    public async Task A_site_whose_parts_agree_is_exact() =>
        (await RecountAsync(Honest, totals: ["a 1 0 2", "b 0 1 1"], tallies: ["a 1 0 2", "b 0 1 1"])).ShouldBeEmpty();

    [Fact]
    public async Task A_tally_that_is_older_than_the_totals_by_the_time_it_was_asked_is_named_as_late() =>
        (await RecountAsync(Honest, ["a 1 0 2", "b 0 1 1"], ["a 0 1 1", "b 0 1 1"])).ShouldHaveSingleItem().ShouldContain("at version 1");

    [Fact]
    public async Task Totals_that_are_no_sum_of_the_entries_are_named() =>
        (await RecountAsync(Honest, ["a 1 1 2", "b 0 1 1"], ["a 1 0 2", "b 0 1 1"])).ShouldHaveSingleItem().ShouldContain("totals of");

    [Fact]
    public async Task A_tally_that_knows_of_votes_the_ledger_has_not_is_named() =>
        (await RecountAsync(Honest, ["a 1 0 2", "b 0 1 1"], ["a 4 0 4", "b 0 1 1"])).ShouldHaveSingleItem().ShouldContain("only 2 entries");

    [Fact]
    public async Task A_ledger_with_a_hole_is_named() =>
        (await RecountAsync(["a skip", "", "a skip>ship"], ["a 1 0 2"], ["a 1 0 2"])).ShouldContain(wrong =>
            wrong.Contains("After entry 1 comes entry 3")
        );

    [Fact]
    public async Task An_entry_that_changes_nothing_is_named() =>
        (await RecountAsync(["a ship>ship"], ["a 0 0 1"], ["a 0 0 1"])).ShouldContain(wrong => wrong.Contains("no change of a vote"));

    [Fact]
    public async Task A_tool_that_falls_below_zero_is_named() =>
        (await RecountAsync(["a ship>skip"], ["a 0 1 1"], ["a 0 1 1"])).ShouldContain(wrong => wrong.Contains("below zero"));

    [Fact]
    public async Task A_site_that_is_not_there_is_told_apart_from_one_that_is_wrong()
    {
        var (code, _, errors) = await OperatorTool.RunAsync("recount", "--voting", "http://127.0.0.1:9");
        code.ShouldBe(2);
        errors.ShouldNotBeEmpty();
        (code, _, errors) = await OperatorTool.RunAsync("recount", "--voting", "somewhere");
        code.ShouldBe(2);
        errors.ShouldContain("Services__Voting");
    }

    [Theory]
    [InlineData(
        """{"entries":[{"id":1,"tool":"a","voter":"AAAAAAAAAAAAAAAAAAAAAA","choice":"ship","seq":1,"at":"2026-11-27T08:00:00Z"}],"next":0}""",
        "[]"
    )]
    [InlineData("""{"entries":[{"id":1,"tool":"a","voter":"x","choice":"ship","seq":1,"at":"2026-11-27T08:00:00Z"}],"next":1}""", "[]")]
    [InlineData(
        """{"entries":[{"id":1,"tool":"a","voter":"!!!!!!!!!!!!!!!!!!!!!!","choice":"ship","seq":1,"at":"2026-11-27T08:00:00Z"}],"next":1}""",
        "[]"
    )]
    [InlineData("""{"entries":[{"id":1,"voter":"AAAAAAAAAAAAAAAAAAAAAA"}],"next":1}""", "[]")]
    [InlineData("null", "[]")]
    [InlineData("{}", "[]")]
    [InlineData("{", "[]")]
    [InlineData("""{"entries":[],"next":0}""", "null")]
    [InlineData("""{"entries":[],"next":0}""", "[null]")]
    [InlineData("""{"entries":[],"next":0}""", """[{"tool":"a","version":1},{"tool":"a","version":2}]""")]
    public async Task Bounded_what_is_no_ledger_ends_a_recount_in_one_line(string page, string totals)
    {
        await using var site = WebApplication.CreateSlimBuilder(["--Logging:LogLevel:Default=Warning"]).Build();
        site.Urls.Add("http://127.0.0.1:0");
        site.MapGet("/api/ledger", () => Results.Text(page, "application/json"));
        site.MapGet("/api/ledger/totals", () => Results.Text(totals, "application/json"));
        await site.StartAsync(TestContext.Current.CancellationToken);
        var (code, _, errors) = await OperatorTool
            .RunAsync("recount", "--voting", site.Urls.Single(), "--histories")
            .WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        code.ShouldBe(2);
        errors.Trim().Split('\n').ShouldHaveSingleItem().ShouldNotContain("defect");
    }

    [Theory]
    [InlineData("application/json; charset=nonsense")]
    [InlineData("text/html")]
    public async Task An_answer_in_another_form_ends_a_recount_in_one_line(string type)
    {
        await using var site = WebApplication.CreateSlimBuilder(["--Logging:LogLevel:Default=Warning"]).Build();
        site.Urls.Add("http://127.0.0.1:0");
        site.MapGet(
            "/{**any}",
            (HttpContext context) =>
            {
                context.Response.ContentType = type;
                return context.Response.WriteAsync("<html>");
            }
        );
        await site.StartAsync(TestContext.Current.CancellationToken);
        var (code, _, errors) = await OperatorTool.RunAsync("recount", "--voting", site.Urls.Single());
        code.ShouldBe(2);
        errors.Trim().Split('\n').ShouldHaveSingleItem().ShouldNotContain("defect");
    }

    /// <param name="entries"><c>tool choice</c> or <c>tool previous>choice</c>; an empty one is missing from the ledger.</param>
    /// <param name="totals"><c>tool ship skip version</c>.</param>
    private static async Task<IReadOnlyList<string>> RecountAsync(string[] entries, string[] totals, string[] tallies)
    {
        await using var site = WebApplication.CreateSlimBuilder(["--Logging:LogLevel:Default=Warning"]).Build();
        site.Urls.Add("http://127.0.0.1:0");
        site.MapGet(
            "/api/ledger",
            (long after) =>
            {
                var page = entries
                    .Select((entry, place) => (entry, id: place + 1L))
                    .Where(entry => entry.id > after && entry.entry.Length > 0)
                    .Select(entry => Entry(entry.id, entry.entry))
                    .ToArray();
                return new { entries = page, next = page.Length > 0 ? entries.Length : after };
            }
        );
        site.MapGet("/api/ledger/totals", () => totals.Select(Count));
        site.MapGet("/api/tallies", (string[] tool) => tallies.Select(Count));
        await site.StartAsync(TestContext.Current.CancellationToken);
        var address = site.Urls.Single();
        var (code, answer, errors) = await OperatorTool.RunAsync("recount", "--voting", address, "--tally", address);
        errors.ShouldBeEmpty();
        var wrongs = answer.Wrongs();
        code.ShouldBe(wrongs.Count == 0 ? 0 : 1);
        return wrongs;
    }

    private static object Entry(long id, string entry)
    {
        var (tool, change) = (entry.Split(' ')[0], entry.Split(' ')[1].Split('>'));
        return new
        {
            id,
            tool,
            voter = new string('A', 22),
            choice = change[^1],
            previous = change.Length > 1 ? change[0] : null,
            seq = change.Length,
            at = DateTimeOffset.UnixEpoch,
        };
    }

    private static object Count(string text)
    {
        var words = text.Split(' ');
        var numbers = Array.ConvertAll(words[1..], word => long.Parse(word, CultureInfo.InvariantCulture));
        return new
        {
            tool = words[0],
            ship = numbers[0],
            skip = numbers[1],
            version = numbers[2],
        };
    }
}
