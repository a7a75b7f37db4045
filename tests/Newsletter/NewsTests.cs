using System.Text.Json.Nodes;
using Shouldly;
using Testing.Servers;
using Xunit;

namespace Newsletter.Tests;

/// <summary>What is news enough to go into an issue, and how it is told.</summary>
public abstract class NewsTests(SharedPostgres? postgres) : IAsyncLifetime
{
    private Press _press = null!;

    private static DateTimeOffset Midnight(int november) => new(2026, 11, november, 0, 0, 0, TimeSpan.Zero);

    public async ValueTask InitializeAsync() => _press = await Press.OnAsync(postgres);

    public ValueTask DisposeAsync() => _press.DisposeAsync();

    /// <summary>The issue of the week, or null when there is none.</summary>
    private async Task<JsonNode?> NextIssueAsync(HttpClient client)
    {
        await _press.MondayComesAsync();
        var answer = await client.GetAsync("/api/newsletter/issues/2026-w49");
        return answer.IsSuccessStatusCode ? JsonNode.Parse(await answer.Content.ReadAsStringAsync()) : null;
    }

    private static string[] NotesIn(JsonNode? issue, string section) =>
        [
            .. issue!["sections"]!
                .AsArray()
                .Where(s => (string?)s!["title"] == section)
                .SelectMany(s => s!["links"]!.AsArray())
                .Select(link => $"{link!["title"]}: {link["note"]}"),
        ];

    private void Moved(string tool, (int Ship, int Skip) then, (int Ship, int Skip) now)
    {
        _press.Neighbours.Days[tool] =
        [
            (Midnight(10), 1, 0),
            (Midnight(22), then.Ship, then.Skip),
            // After the week began: no part of where the tool stood a week ago.
            (Midnight(24), 500, 500),
            (Midnight(30), now.Ship, now.Skip),
        ];
        _press.Neighbours.Votes[tool] = now;
    }

    [Fact]
    public async Task The_biggest_movers_are_told_with_where_they_stood_a_week_ago()
    {
        var client = await _press.WithReadersAsync();
        Moved("alpha", (30, 20), (42, 20));
        Moved("beta", (45, 55), (66, 44));
        Moved("gamma", (80, 20), (75, 25));
        var issue = await NextIssueAsync(client);

        NotesIn(issue, "Biggest movers")
            .ShouldBe([
                "Beta <3: From skip to ship: 45.0% ship a week ago, 60.0% now, up 15 points with 110 votes",
                "Alpha: 60.0% ship a week ago, 67.7% now, up 7.7 points with 62 votes",
                "Gamma: 80.0% ship a week ago, 75.0% now, down 5 points with 100 votes",
            ]);
        ((string?)issue!["title"]).ShouldBe("Weekly AI Tool Verdicts: Beta <3 up 15 points");
        ((string?)issue["intro"]).ShouldBe("This week: 3 tools whose community verdict moved. And where the community’s verdicts stand.");
    }

    [Fact]
    public async Task Few_votes_and_small_moves_are_no_news()
    {
        var client = await _press.WithReadersAsync();
        Moved("alpha", (19, 0), (25, 25));
        Moved("beta", (20, 20), (9, 10));
        Moved("gamma", (100, 100), (105, 100));
        (await NextIssueAsync(client)).ShouldBeNull();
        _press.Logs.ShouldContain("Issue 2026-w49 has nothing new");
    }

    [Fact]
    public async Task New_prices_and_panel_verdicts_are_told_and_what_was_changed_back_is_not()
    {
        var client = await _press.WithReadersAsync();
        _press.Publish("alpha", "beta", Press.Start.AddDays(-30));
        _press.Publish("alpha", "gamma", Press.Start.AddDays(1));
        await NextIssueAsync(client);

        var since = Press.NextMonday.AddDays(2);
        _press.Neighbours.Offer("alpha", "Alpha", edited: since);
        _press.Neighbours.Offer("beta", "Beta <3", edited: since);
        _press.Neighbours.Changes["alpha"] =
        [
            (since, "entryPrice", null, "$25 a month", "$20 a month"),
            (since.AddHours(-1), "entryPrice", null, "Free", "$25 a month"),
            (since, "plan", "Team", null, "40 USD a month"),
            (since, "plan", "Solo", "9 USD a month", null),
            (since, "plan", "Pro", "20 USD a month", "25 USD a month"),
            (since, "verdict", "The Builder", "skip", "ship"),
            (since, "verdict", "The Auditor", null, "skip"),
            (since, "verdict", "The Critic", "ship", null),
            (Press.Start.AddDays(2), "verdict", "The Builder", "ship", "skip"),
        ];
        _press.Neighbours.Changes["beta"] =
        [
            (since, "verdict", "The Builder", "ship", "skip"),
            (since.AddHours(-1), "verdict", "The Builder", "skip", "ship"),
        ];
        _press.Time.Advance(TimeSpan.FromDays(7));
        await _press.DecidedAsync("2026-w50");

        var issue = JsonNode.Parse(await client.GetStringAsync("/api/newsletter/issues/2026-w50"));
        NotesIn(issue, "New prices and panel verdicts")
            .ShouldBe([
                "Alpha: Entry price $20 a month, was Free; New plan Team: 40 USD a month; The plan Solo is gone; Pro: 25 USD a month, was 20 USD a month; "
                    + "The Builder now says ship, said skip; The Auditor says skip; The Critic withdrew the verdict",
            ]);
        ((string?)issue!["title"]).ShouldBe("Weekly AI Tool Verdicts: what changed at Alpha");
    }

    [Fact]
    public async Task A_week_of_many_comparisons_tells_all_that_are_new_and_how_many()
    {
        var client = await _press.WithReadersAsync();
        foreach (var n in Enumerable.Range(1, 5))
            _press.Publish($"tool-{n}", "zeta", Press.Start.AddHours(n));
        var issue = await NextIssueAsync(client);
        ((string?)issue!["title"]).ShouldBe("Weekly AI Tool Verdicts: 5 new comparisons");
        NotesIn(issue, "New comparisons").Length.ShouldBe(5);
    }

    [Theory]
    [InlineData("👩‍👩‍👧‍👦")]
    [InlineData("🇩🇪")]
    [InlineData("e\u0301\u0302")]
    [InlineData("👍🏽")]
    public async Task A_long_note_ends_with_a_whole_character_wherever_it_is_cut(string character)
    {
        // Of every length that the cut can meet the character at.
        var client = await _press.WithReadersAsync();
        foreach (var letters in Enumerable.Range(0, character.Length))
            _press.Publish(
                $"tool-{letters}",
                "zeta",
                Press.Start.AddHours(letters + 1),
                new string('n', letters) + string.Concat(Enumerable.Repeat(character, 300))
            );
        var notes = NotesIn(await NextIssueAsync(client), "New comparisons");
        notes.ShouldNotBeEmpty();
        foreach (var note in notes)
        {
            var text = note[(note.IndexOf(": ", StringComparison.Ordinal) + 2)..];
            text.Length.ShouldBeLessThanOrEqualTo(300);
            text.ShouldMatch($"^n*({character})+…$");
            text.ShouldNotContain("\uFFFD");
        }
    }

    [Fact]
    public async Task An_issue_waits_for_a_tally_that_is_away_rather_than_go_without_numbers()
    {
        var client = await _press.WithReadersAsync();
        _press.Publish("alpha", "beta", Press.Start.AddDays(1));
        _press.Neighbours.TallyAway = true;
        _press.Time.Advance(Press.NextMonday - _press.Time.GetUtcNow());
        await _press.AsTimePassesAsync(
            () => Task.FromResult(_press.Logs.Contains("Issue 2026-w49 waits", StringComparison.Ordinal)),
            "the issue is put off"
        );
        (await _press.CountAsync("select count(*) from weeks where week = '2026-w49'")).ShouldBe(0);
        _press.Logs.ShouldNotContain("PublishWeekly failed");

        _press.Neighbours.TallyAway = false;
        NotesIn(await NextIssueAsync(client), "What readers would ship").ShouldBe(["Alpha: 80.0% ship, from 15 votes"]);
    }

    [Fact]
    public async Task What_the_catalog_held_when_the_newsletter_began_is_no_news_and_promises_no_section_that_is_not_there()
    {
        foreach (var n in Enumerable.Range(1, 15))
            _press.Publish($"sample-{n}", "zeta", Press.Start.AddDays(-200));
        var client = await _press.WithReadersAsync("ada@example.org");
        (await client.GetStringAsync("/api/newsletter/issues")).ShouldBe("{\"issues\":[]}");
        _press.Neighbours.Votes.Clear();
        _press.Publish("alpha", "beta", Press.Start.AddDays(1));
        var issue = await NextIssueAsync(client);
        issue!["sections"]!.AsArray().Select(section => (string?)section!["title"]).ShouldBe(["New comparisons"]);
        ((string?)issue["intro"]).ShouldBe("This week: one new comparison.");
    }

    [Fact]
    public async Task An_issue_lists_everything_it_counts_and_the_next_one_tells_the_rest()
    {
        var client = await _press.WithReadersAsync("ada@example.org");
        foreach (var n in Enumerable.Range(10, 15))
            _press.Publish($"tool-{n}", "zeta", Press.Start.AddHours(1));
        foreach (var n in Enumerable.Range(1, 7))
        {
            _press.Neighbours.Offer($"priced-{n}", $"Priced {n}", edited: Press.Start.AddHours(n));
            _press.Neighbours.Changes[$"priced-{n}"] = [(Press.Start.AddHours(n), "entryPrice", null, "Free", $"{n} USD a month")];
        }

        var first = await NextIssueAsync(client);
        ((string?)first!["title"]).ShouldBe("Weekly AI Tool Verdicts: 8 new comparisons");
        ((string?)first["intro"]).ShouldStartWith("This week: 8 new comparisons, 5 tools with new prices or panel verdicts.");
        // The next week brings one of each, and a tool already told of changes again.
        _press.Publish("fresh", "zeta", Press.NextMonday.AddDays(1));
        _press.Neighbours.Offer("priced-1", "Priced 1", edited: Press.NextMonday.AddDays(1));
        _press
            .Neighbours.Changes["priced-1"]
            .Insert(0, (Press.NextMonday.AddDays(1), "entryPrice", null, "1 USD a month", "9 USD a month"));
        _press.Time.Advance(TimeSpan.FromDays(7));
        await _press.DecidedAsync("2026-w50");
        var second = JsonNode.Parse(await client.GetStringAsync("/api/newsletter/issues/2026-w50"));
        ((string?)second!["intro"]).ShouldStartWith("This week: 8 new comparisons, 3 tools with new prices or panel verdicts.");

        var told = NotesIn(first, "New comparisons").Concat(NotesIn(second, "New comparisons")).ToList();
        told.Count.ShouldBe(16);
        told.ShouldBeUnique();
        NotesIn(second, "New prices and panel verdicts")
            .ShouldBe(
                [
                    "Priced 6: Entry price 6 USD a month, was Free",
                    "Priced 7: Entry price 7 USD a month, was Free",
                    "Priced 1: Entry price 9 USD a month, was 1 USD a month",
                ],
                ignoreOrder: true
            );

        _press.Time.Advance(TimeSpan.FromDays(7));
        await _press.DecidedAsync("2026-w51");
        (await client.GetAsync("/api/newsletter/issues/2026-w51")).StatusCode.ShouldBe(
            System.Net.HttpStatusCode.NotFound,
            "nothing is left to tell"
        );
    }

    [Fact]
    public async Task More_movers_than_are_listed_are_not_counted()
    {
        var client = await _press.WithReadersAsync();
        foreach (var n in Enumerable.Range(1, 7))
        {
            _press.Neighbours.Offer($"mover-{n}", $"Mover {n}");
            Moved($"mover-{n}", (30, 30), (40 + 5 * n, 30));
        }

        var issue = await NextIssueAsync(client);
        NotesIn(issue, "Biggest movers").Length.ShouldBe(5);
        ((string?)issue!["intro"]).ShouldStartWith("This week: the 5 tools whose community verdict moved most.");
    }

    [Fact]
    public async Task Readers_disagree_where_neither_side_could_be_chance_and_few_votes_are_called_early()
    {
        var client = await _press.WithReadersAsync();
        _press.Publish("alpha", "beta", Press.Start.AddDays(1));
        // 61% of a thousand is no near tie; two of three is nothing yet.
        _press.Neighbours.Votes["gamma"] = (610, 390);
        _press.Neighbours.Intervals["gamma"] = (57.9, 64.0);
        _press.Neighbours.Votes["alpha"] = (2, 1);
        _press.Neighbours.Intervals["alpha"] = (20.8, 93.9);
        var issue = await NextIssueAsync(client);
        NotesIn(issue, "Where readers disagree most").ShouldBe(["Beta <3: 50.0% ship, from 24 votes"]);
        NotesIn(issue, "What readers would ship")
            .ShouldBe(["Gamma: 61.0% ship, from 1,000 votes", "Alpha: 66.7% ship, from 3 votes (early)"]);
    }

    [Fact]
    public async Task Votes_from_a_few_networks_lead_no_list_of_an_issue()
    {
        var client = await _press.WithReadersAsync();
        _press.Publish("alpha", "beta", Press.Start.AddDays(1));
        _press.Neighbours.Votes["gamma"] = (20, 0);
        _press.Neighbours.Unranked.Add("gamma");
        NotesIn(await NextIssueAsync(client), "What readers would ship").ShouldBe(["Alpha: 80.0% ship, from 15 votes"]);
    }
}

public sealed class NewsOnSqlite() : NewsTests(null);

public sealed class NewsOnPostgres(SharedPostgres server) : NewsTests(server);
