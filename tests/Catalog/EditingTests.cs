using System.Net;
using System.Text.Json.Nodes;
using Shouldly;
using Testing.Servers;
using Xunit;

namespace Catalog.Tests;

public abstract class EditingTests(SharedPostgres? postgres) : IAsyncLifetime
{
    private RunningCatalog _catalog = null!;

    public async ValueTask InitializeAsync() => _catalog = await RunningCatalog.StartOnAsync(postgres);

    public async ValueTask DisposeAsync()
    {
        await _catalog.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData("application/json; charset=\"utf-8\"", HttpStatusCode.Created)]
    [InlineData("application/json; charset=utf8", HttpStatusCode.Created)]
    [InlineData("application/json; charset=windows-1252", HttpStatusCode.UnsupportedMediaType)]
    public async Task An_edits_charset_is_utf8_however_it_is_spelt(string type, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, "/api/tools/aider")
        {
            Content = new ByteArrayContent(
                System.Text.Encoding.UTF8.GetBytes(System.Text.Json.JsonSerializer.Serialize(RunningCatalog.ATool()))
            ),
        };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        (await _catalog.Editor.SendAsync(request)).StatusCode.ShouldBe(expected);
    }

    [Fact]
    public async Task A_new_tool_is_created_changed_and_found()
    {
        var created = await _catalog.PutAsync("/api/tools/aider", RunningCatalog.ATool());
        created.StatusCode.ShouldBe(HttpStatusCode.Created);
        created.Headers.Location!.ToString().ShouldBe("/api/tools/aider");
        var etag = created.Headers.ETag!.ToString();
        (await _catalog.EtagAsync("/api/tools/aider")).ShouldBe(etag);
        var body = await created.Content.ReadAsStringAsync();
        body.ShouldBe(await _catalog.Reader.GetStringAsync("/api/tools/aider"));

        var changed = await _catalog.PutAsync("/api/tools/aider", RunningCatalog.ATool("Aider 2"), etag);
        changed.StatusCode.ShouldBe(HttpStatusCode.OK);
        changed.Headers.ETag!.ToString().ShouldNotBe(etag);
        ((string)(await _catalog.ReadAsync("/api/tools?q=aider%202"))["tools"]![0]!["slug"]!).ShouldBe("aider");
    }

    [Fact]
    public async Task What_a_reader_gets_can_be_sent_back_and_changes_nothing()
    {
        var etag = await _catalog.EtagAsync("/api/tools/cursor-2-0");
        var same = await _catalog.PutAsync("/api/tools/cursor-2-0", await _catalog.Reader.GetStringAsync("/api/tools/cursor-2-0"), etag);
        same.StatusCode.ShouldBe(HttpStatusCode.OK);
        same.Headers.ETag!.ToString().ShouldBe(etag);
    }

    [Fact]
    public async Task Of_two_editors_who_read_the_same_version_the_second_is_told()
    {
        var etag = await _catalog.EtagAsync("/api/tools/deepl");
        (await _catalog.PutAsync("/api/tools/deepl", RunningCatalog.ATool("First"), etag)).StatusCode.ShouldBe(HttpStatusCode.OK);
        var second = await _catalog.PutAsync("/api/tools/deepl", RunningCatalog.ATool("Second"), etag);
        second.StatusCode.ShouldBe(HttpStatusCode.PreconditionFailed);
        (await second.Content.ReadAsStringAsync()).ShouldContain("urn:problem-type:edit-conflict");
        ((string)(await _catalog.ReadAsync("/api/tools/deepl"))["name"]!).ShouldBe("First");
    }

    [Fact]
    public async Task Of_many_edits_raced_on_one_version_one_succeeds()
    {
        var etag = await _catalog.EtagAsync("/api/tools/deepl");
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 12).Select(n => _catalog.PutAsync("/api/tools/deepl", RunningCatalog.ATool($"Editor {n}"), etag))
        );
        answers.Count(answer => answer.StatusCode == HttpStatusCode.OK).ShouldBe(1);
        answers.Count(answer => answer.StatusCode == HttpStatusCode.PreconditionFailed).ShouldBe(11);
    }

    [Fact]
    public async Task A_change_without_If_Match_is_refused_and_so_is_a_creation_with_it()
    {
        (await _catalog.PutAsync("/api/tools/deepl", RunningCatalog.ATool())).StatusCode.ShouldBe(HttpStatusCode.PreconditionRequired);
        (await _catalog.DeleteAsync("/api/tools/deepl")).StatusCode.ShouldBe(HttpStatusCode.PreconditionRequired);
        (await _catalog.DeleteAsync("/api/comparisons/deepl-vs-grammarly")).StatusCode.ShouldBe(HttpStatusCode.PreconditionRequired);
        (await _catalog.PutAsync("/api/comparisons/deepl-vs-grammarly", new { summary = "s", pricing = "p" })).StatusCode.ShouldBe(
            HttpStatusCode.PreconditionRequired
        );
        (await _catalog.PutAsync("/api/tools/new-one", RunningCatalog.ATool(), "\"1\"")).StatusCode.ShouldBe(
            HttpStatusCode.PreconditionFailed
        );
        (await _catalog.PutAsync("/api/tools/deepl", RunningCatalog.ATool(), "W/\"1\"")).StatusCode.ShouldBe(
            HttpStatusCode.PreconditionFailed
        );
        (await _catalog.PutAsync("/api/tools/deepl", RunningCatalog.ATool(), "nonsense")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_retired_tool_stays_readable_is_no_longer_listed_and_can_come_back()
    {
        var retired = await _catalog.DeleteAsync("/api/tools/deepl", await _catalog.EtagAsync("/api/tools/deepl"));
        retired.StatusCode.ShouldBe(HttpStatusCode.OK);
        var tool = await _catalog.ReadAsync("/api/tools/deepl");
        ((bool)tool["retired"]!).ShouldBeTrue();
        (await _catalog.Reader.GetStringAsync("/api/tools")).ShouldNotContain("\"deepl\"");
        (await _catalog.ReadAsync("/api/catalog/tools"))["tools"]!
            .AsArray()
            .ShouldContain(state => (string)state!["slug"]! == "deepl" && (bool)state["retired"]! && (long)state["version"]! == 2);
        (await _catalog.ReadAsync("/api/comparisons/deepl-vs-grammarly"))["tools"]![0]!["retired"]!.GetValue<bool>().ShouldBeTrue();

        tool["retired"] = false;
        (await _catalog.PutAsync("/api/tools/deepl", tool.ToJsonString(), retired.Headers.ETag!.ToString())).StatusCode.ShouldBe(
            HttpStatusCode.OK
        );
        (await _catalog.Reader.GetStringAsync("/api/tools")).ShouldContain("\"deepl\"");
    }

    [Fact]
    public async Task A_removed_comparison_is_compared_uncurated_and_can_be_written_again()
    {
        const string path = "/api/comparisons/deepl-vs-grammarly";
        (await _catalog.DeleteAsync(path, await _catalog.EtagAsync(path))).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        ((bool)(await _catalog.ReadAsync(path))["curated"]!).ShouldBeFalse();
        (await _catalog.Reader.GetStringAsync("/api/comparisons")).ShouldNotContain("deepl-vs-grammarly");
        (await _catalog.DeleteAsync(path)).StatusCode.ShouldBe(HttpStatusCode.NotFound);

        var again = await _catalog.PutAsync(path, new { summary = "Two writers.", pricing = "Alike." });
        again.StatusCode.ShouldBe(HttpStatusCode.Created);
        ((long)JsonNode.Parse(await again.Content.ReadAsStringAsync())!["version"]!).ShouldBe(3);
        (
            await _catalog.PutAsync(path, new { summary = "Two tools for writers.", pricing = "Alike." }, again.Headers.ETag!.ToString())
        ).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("grammarly-vs-deepl")]
    [InlineData("deepl-vs-unheard-of")]
    [InlineData("deepl-vs-deepl")]
    [InlineData("deepl")]
    public async Task Only_the_canonical_comparison_of_two_known_tools_can_be_written(string slug)
    {
        var answer = await _catalog.PutAsync($"/api/comparisons/{slug}", new { summary = "s", pricing = "p" });
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["errors"]!["slug"].ShouldNotBeNull();
    }

    [Fact]
    public async Task A_review_changes_the_tool_and_its_history()
    {
        const string path = "/api/tools/cursor-2-0/reviews/skeptic";
        (await _catalog.PutAsync(path, new { verdict = "skip", quote = "I changed my mind." })).StatusCode.ShouldBe(
            HttpStatusCode.PreconditionRequired
        );
        var etag = await _catalog.EtagAsync("/api/tools/cursor-2-0");
        var changed = await _catalog.PutAsync(path, new { verdict = "skip", quote = "I changed my mind." }, etag);
        changed.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await _catalog.ReadAsync("/api/tools/cursor-2-0"))["panel"]!.ToJsonString().ShouldBe("""{"ship":3,"skip":1,"shipPercent":75.0}""");
        (await _catalog.EtagAsync("/api/comparisons/cursor-2-0-vs-smolvlm2-2b")).ShouldBe("\"1-2-1\"");

        (
            await _catalog.PutAsync("/api/tools/cursor-2-0/reviews/founder", new { verdict = "ship", quote = "Sells itself." })
        ).StatusCode.ShouldBe(HttpStatusCode.Created);
        (await _catalog.DeleteAsync("/api/tools/cursor-2-0/reviews/founder", "\"3\"")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await _catalog.DeleteAsync("/api/tools/cursor-2-0/reviews/founder", "\"4\"")).StatusCode.ShouldBe(HttpStatusCode.NotFound);

        var changes = (await _catalog.ReadAsync("/api/tools/cursor-2-0/history"))["changes"]!.AsArray();
        changes
            .Select(change => (change!["what"]!.ToString(), change["from"]?.ToString(), change["to"]?.ToString()))
            .ShouldBe([("verdict", "ship", null), ("verdict", null, "ship"), ("verdict", "ship", "skip")]);
    }

    [Fact]
    public async Task A_new_price_is_in_the_public_history_newest_first()
    {
        var etag = (await _catalog.PutAsync("/api/tools/aider", RunningCatalog.ATool())).Headers.ETag!.ToString();
        etag = (await _catalog.PutAsync("/api/tools/aider", RunningCatalog.ATool(amount: 5), etag)).Headers.ETag!.ToString();
        await _catalog.PutAsync("/api/tools/aider", RunningCatalog.ATool(amount: 7.5m), etag);
        var changes = (await _catalog.ReadAsync("/api/tools/aider/history"))["changes"]!.AsArray();
        changes
            .Select(change => $"{change!["what"]} {change["from"]} > {change["to"]}")
            .ShouldBe(
                [
                    "entryPrice $5 a month > $7.5 a month",
                    "plan 5 USD a month > 7.5 USD a month",
                    "entryPrice Free > $5 a month",
                    "plan 0 USD a month > 5 USD a month",
                ]
            );
    }

    [Fact]
    public async Task A_renamed_reviewer_is_renamed_on_every_tool()
    {
        (
            await _catalog.PutAsync(
                "/api/reviewers/founder",
                new { name = "Ada", role = "Founder" },
                await _catalog.EtagAsync("/api/reviewers/founder")
            )
        ).StatusCode.ShouldBe(HttpStatusCode.OK);
        var tool = await _catalog.ReadAsync("/api/tools/smolvlm2-2b");
        tool["reviews"]!.ToJsonString().ShouldContain("Ada");
        ((long)tool["version"]!).ShouldBe(2);
        (await _catalog.PutAsync("/api/reviewers/analyst", new { name = "Analyst", role = "Analyst" })).StatusCode.ShouldBe(
            HttpStatusCode.Created
        );
    }

    [Fact]
    public async Task A_tool_may_bring_a_new_category_but_not_rename_one()
    {
        (
            await _catalog.PutAsync("/api/tools/aider", RunningCatalog.ATool(category: new { slug = "agents", name = "Agents" }))
        ).StatusCode.ShouldBe(HttpStatusCode.Created);
        (await _catalog.Reader.GetStringAsync("/api/categories")).ShouldContain("\"agents\"");
        (
            await _catalog.PutAsync("/api/tools/other", RunningCatalog.ATool(category: new { slug = "writing", name = "Scribbling" }))
        ).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await _catalog.PutAsync("/api/tools/other", RunningCatalog.ATool(category: "unheard-of"))).StatusCode.ShouldBe(
            HttpStatusCode.BadRequest
        );
    }

    [Fact]
    public async Task Everything_wrong_with_a_tool_is_named_at_once()
    {
        var answer = await _catalog.PutAsync(
            "/api/tools/aider",
            new
            {
                name = "",
                tagline = new string('a', 161),
                maker = "nul \0",
                category = new { slug = "Nope" },
                website = "http://plain.example",
                entryPrice = new
                {
                    label = "x",
                    amount = -1,
                    currency = "usd",
                    period = "week",
                },
                plans = new object?[]
                {
                    null,
                    new
                    {
                        name = "P",
                        amount = 79228162514264337593543950335m,
                        currency = "USD",
                    },
                },
            }
        );
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        ((string)problem["type"]!).ShouldBe("urn:problem-type:invalid-edit");
        problem["errors"]!
            .AsObject()
            .Select(error => error.Key)
            .ShouldBe(
                [
                    "name",
                    "tagline",
                    "maker",
                    "category.slug",
                    "category.name",
                    "description",
                    "website",
                    "pricing",
                    "entryPrice.amount",
                    "entryPrice.currency",
                    "entryPrice.period",
                    "plans[0].name",
                    "plans[0].amount",
                    "plans[0].currency",
                    "plans[1].amount",
                ],
                ignoreOrder: true
            );
    }

    [Theory]
    [InlineData("/api/tools/aider")]
    [InlineData("/api/tools/deepl/reviews/builder")]
    [InlineData("/api/reviewers/analyst")]
    [InlineData("/api/comparisons/deepl-vs-runway")]
    public async Task A_body_that_is_no_edit_costs_a_clear_4xx(string path)
    {
        foreach (
            var body in (string[])
                [
                    "",
                    "null",
                    "[]",
                    "7",
                    "{",
                    "{\"name\":{}}x",
                    "{\"name\":\"\\ud800\",\"quote\":\"\\ud800\",\"summary\":\"\\ud800\"}",
                    "{\"plans\":7,\"verdict\":7,\"role\":7,\"summary\":7}",
                    "{\"entryPrice\":{\"amount\":1e400},\"verdict\":[],\"role\":{},\"summary\":[]}",
                    string.Concat(Enumerable.Repeat("{\"category\":", 40)) + "1" + new string('}', 40),
                    "{}",
                ]
        )
        {
            var answer = await _catalog.PutAsync(path, body, "*");
            // The first two routes name nothing that exists yet, so that a well-read body meets If-Match instead.
            ((int)answer.StatusCode).ShouldBeOneOf(400, 412);
            answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json", body);
        }

        (await _catalog.PutAsync(path, "{\"name\":\"" + new string('a', 70_000) + "\"}")).StatusCode.ShouldBe(
            HttpStatusCode.RequestEntityTooLarge
        );
        (await _catalog.Editor.PutAsync(path, new StringContent("name=x", null, "application/x-www-form-urlencoded"))).StatusCode.ShouldBe(
            HttpStatusCode.UnsupportedMediaType
        );
        (
            await _catalog.Editor.PutAsync(
                path,
                new ByteArrayContent([0x7B, 0x22, 0xFF, 0xFE, 0x22]) { Headers = { { "Content-Type", "application/json" } } }
            )
        ).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("Upper")]
    [InlineData("a--b")]
    [InlineData("a-vs-b")]
    [InlineData("%00")]
    [InlineData("%F0%28")]
    public async Task A_tool_needs_a_slug_by_the_grammar(string slug) =>
        ((int)(await _catalog.PutAsync($"/api/tools/{slug}", RunningCatalog.ATool())).StatusCode).ShouldBe(400);
}

public sealed class EditingOnSqlite() : EditingTests(null);

public sealed class EditingOnPostgres(SharedPostgres server) : EditingTests(server);
