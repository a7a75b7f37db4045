using System.Net;
using System.Text.Json.Nodes;
using Shouldly;
using Testing;
using Testing.Servers;
using Xunit;

namespace Catalog.Tests;

/// <summary>The catalog as a file, out and in again.</summary>
public abstract class FileTests(SharedPostgres? postgres) : IAsyncLifetime
{
    private const string Export = "/api/catalog/export";
    private RunningCatalog _catalog = null!;

    public async ValueTask InitializeAsync() => _catalog = await RunningCatalog.StartOnAsync(postgres);

    public async ValueTask DisposeAsync()
    {
        await _catalog.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task What_was_exported_brings_everything_it_names_back_to_the_letter()
    {
        await ChangeALotAsync("“Ünïcode” & <b>\nlines 日本 \U0001F600");
        var file = await _catalog.Editor.GetStringAsync(Export);
        await ChangeALotAsync("other");
        var tag = await _catalog.EtagAsync("/api/tools/runway");
        (await _catalog.DeleteAsync("/api/tools/runway", tag)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (
            await _catalog.DeleteAsync(
                "/api/comparisons/claude-code-vs-cursor-2-0",
                await _catalog.EtagAsync("/api/comparisons/claude-code-vs-cursor-2-0")
            )
        ).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await _catalog.PutAsync("/api/reviewers/founder", new { name = "Renamed", role = "otherwise" }, "*")).StatusCode.ShouldBe(
            HttpStatusCode.OK
        );
        (await _catalog.Editor.GetStringAsync(Export)).ShouldNotBe(file);

        (await ImportAsync(file, "*")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await _catalog.Editor.GetStringAsync(Export)).ShouldBe(file);
    }

    [Fact]
    public async Task Another_catalog_takes_the_file_over_and_gives_the_same_one()
    {
        await ChangeALotAsync("elsewhere");
        (await _catalog.PutAsync("/api/reviewers/analyst", new { name = "The Analyst", role = "counts" })).StatusCode.ShouldBe(
            HttpStatusCode.Created
        );
        (
            await _catalog.PutAsync(
                "/api/tools/aider",
                RunningCatalog.ATool(amount: 7.25m, category: new { slug = "agents", name = "Agents" })
            )
        ).StatusCode.ShouldBe(HttpStatusCode.Created);
        (await _catalog.PutAsync("/api/tools/aider/reviews/analyst", new { verdict = "skip", quote = "Too many." })).StatusCode.ShouldBe(
            HttpStatusCode.Created
        );
        (await _catalog.PutAsync("/api/comparisons/aider-vs-deepl", new { summary = "s", pricing = "p" })).StatusCode.ShouldBe(
            HttpStatusCode.Created
        );
        (await _catalog.DeleteAsync("/api/tools/aider", await _catalog.EtagAsync("/api/tools/aider"))).StatusCode.ShouldBe(
            HttpStatusCode.OK
        );
        var file = await _catalog.Editor.GetStringAsync(Export);

        await using var other = await RunningCatalog.StartAsync();
        (await other.PostAsync("/api/catalog/import", file, "*")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await other.Editor.GetStringAsync(Export)).ShouldBe(file);
        await Eventually.HoldsAsync(() => other.Heard.Tools.Any(tool => tool is { Slug: "aider", Retired: true }));
        var edits = (await other.Editor.GetStringAsync("/api/edits?kind=tool&slug=aider"));
        edits.ShouldContain("\"editor\":\"ada\"");
    }

    [Fact]
    public async Task A_dry_run_shows_what_would_change_and_changes_nothing()
    {
        var file = await FileAsync();
        file["tools"]!.AsArray().Single(tool => tool!["slug"]!.ToString() == "deepl")!["tagline"] = "Another line";
        file["tools"]!.AsArray().Add(Tool("aider"));
        var tag = await _catalog.Editor.GetAsync(Export);

        var dry = await ImportAsync(file.ToJsonString(), null, "?dryRun=true");
        dry.StatusCode.ShouldBe(HttpStatusCode.OK);
        var shown = JsonNode.Parse(await dry.Content.ReadAsStringAsync())!;
        shown["changes"]!
            .AsArray()
            .Select(change => $"{change!["kind"]} {change["slug"]} {change["new"]}")
            .ShouldBe(["tool deepl false", "tool aider true"]);
        var field = shown["changes"]![0]!["fields"]!.AsArray().ShouldHaveSingleItem()!;
        (field["field"]!.ToString(), field["to"]!.ToString()).ShouldBe(("tagline", "Another line"));
        dry.Headers.ETag.ShouldBe(tag.Headers.ETag);
        (await _catalog.Reader.GetAsync("/api/tools/aider")).StatusCode.ShouldBe(HttpStatusCode.NotFound);

        var done = await ImportAsync(file.ToJsonString(), dry.Headers.ETag!.ToString());
        JsonNode.Parse(await done.Content.ReadAsStringAsync())!["changes"]!.AsArray().Count.ShouldBe(2);
        (await _catalog.ReadAsync("/api/tools/deepl"))["tagline"]!.ToString().ShouldBe("Another line");
        var again = JsonNode.Parse(await (await ImportAsync(file.ToJsonString(), "*", "?dryRun=true")).Content.ReadAsStringAsync())!;
        again["changes"]!.AsArray().ShouldBeEmpty("what was taken over differs no more");
    }

    [Fact]
    public async Task An_import_names_the_version_it_was_judged_on()
    {
        var file = await FileAsync();
        (await ImportAsync(file.ToJsonString(), null)).StatusCode.ShouldBe(HttpStatusCode.PreconditionRequired);
        var judged = (await _catalog.Editor.GetAsync(Export)).Headers.ETag!.ToString();
        (await _catalog.PutAsync("/api/tools/aider", RunningCatalog.ATool())).StatusCode.ShouldBe(HttpStatusCode.Created);
        (await ImportAsync(file.ToJsonString(), judged)).StatusCode.ShouldBe(HttpStatusCode.PreconditionFailed);
        (await ImportAsync(file.ToJsonString(), "*")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_file_with_anything_wrong_changes_nothing_and_every_fault_is_named()
    {
        var good = Tool("aider");
        var bad = Tool("broken");
        (bad["website"], bad["reviews"]) = (
            "ftp://x",
            new JsonObject
            {
                ["nobody"] = new JsonObject { ["verdict"] = "ship", ["quote"] = "?" },
            }
        );
        var unknownCategory = Tool("lost");
        unknownCategory["category"] = "unheard-of";
        var file = new JsonObject
        {
            ["categories"] = new JsonArray(new JsonObject { ["slug"] = "writing", ["name"] = "Scribbling" }),
            ["reviewers"] = new JsonArray(new JsonObject { ["slug"] = "Upper" }),
            ["tools"] = new JsonArray(good, bad, good.DeepClone(), unknownCategory, null),
            ["comparisons"] = new JsonArray(
                new JsonObject
                {
                    ["a"] = "aider",
                    ["b"] = "deepl",
                    ["summary"] = "s",
                    ["pricing"] = "p",
                    ["publishedAt"] = "2026-01-01T00:00:00",
                },
                new JsonObject
                {
                    ["a"] = "deepl",
                    ["b"] = "unheard-of",
                    ["summary"] = "s",
                    ["pricing"] = "p",
                },
                new JsonObject { ["a"] = "deepl", ["b"] = "deepl" }
            ),
        };
        foreach (var query in (string[])["", "?dryRun=true"])
        {
            var refused = await ImportAsync(file.ToJsonString(), "*", query);
            refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
            JsonNode.Parse(await refused.Content.ReadAsStringAsync())!["errors"]!
                .AsObject()
                .Select(error => error.Key)
                .ShouldBe(
                    [
                        "categories.writing.name",
                        "reviewers[0]",
                        "tools.broken.website",
                        "tools.broken.reviews.nobody",
                        "tools[2]",
                        "tools.lost.category.name",
                        "tools[4]",
                        "comparisons.aider-vs-deepl.publishedAt",
                        "comparisons.deepl-vs-unheard-of.b",
                        "comparisons[2]",
                    ],
                    ignoreOrder: true
                );
        }

        (await _catalog.Reader.GetAsync("/api/tools/aider")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await _catalog.Editor.GetStringAsync("/api/edits")).ShouldNotContain("\"ada\"");
    }

    [Fact]
    public async Task A_large_file_is_taken_and_a_huge_one_is_refused()
    {
        var file = new JsonObject { ["tools"] = new JsonArray([.. Enumerable.Range(0, 200).Select(n => Tool($"tool-{n}"))]) };
        foreach (var tool in file["tools"]!.AsArray())
            tool!["description"] = new string('d', 3000);
        (await ImportAsync(file.ToJsonString(), "*")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await _catalog.ReadAsync("/api/tools"))["total"]!.GetValue<int>().ShouldBeGreaterThan(200);
        (await ImportAsync("{\"x\":\"" + new string('x', 5_000_000) + "\"}", "*")).StatusCode.ShouldBe(
            HttpStatusCode.RequestEntityTooLarge
        );
    }

    private async Task ChangeALotAsync(string words)
    {
        var tool = await _catalog.ReadAsync("/api/tools/deepl");
        (tool["description"], tool["entryPrice"]!["amount"], tool["retired"]) = (words, words.Length + 0.123456m, words == "elsewhere");
        tool["plans"] = new JsonArray(
            new JsonObject
            {
                ["name"] = words[..3],
                ["amount"] = 0.000001m,
                ["currency"] = "EUR",
                ["period"] = "use",
            }
        );
        (await _catalog.PutAsync("/api/tools/deepl", tool.ToJsonString(), "*")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await _catalog.PutAsync("/api/tools/deepl/reviews/builder", new { verdict = "skip", quote = words }, "*")).StatusCode.ShouldBe(
            HttpStatusCode.OK
        );
        (await _catalog.PutAsync("/api/comparisons/deepl-vs-grammarly", new { summary = words, pricing = words }, "*")).StatusCode.ShouldBe(
            HttpStatusCode.OK
        );
    }

    private async Task<JsonObject> FileAsync() => JsonNode.Parse(await _catalog.Editor.GetStringAsync(Export))!.AsObject();

    private Task<HttpResponseMessage> ImportAsync(string file, string? ifMatch, string query = "") =>
        _catalog.PostAsync("/api/catalog/import" + query, file, ifMatch);

    private static JsonObject Tool(string slug)
    {
        var tool = JsonNode.Parse(System.Text.Json.JsonSerializer.Serialize(RunningCatalog.ATool()))!.AsObject();
        tool["slug"] = slug;
        return tool;
    }
}

public sealed class FilesOnSqlite() : FileTests(null);

public sealed class FilesOnPostgres(SharedPostgres server) : FileTests(server);
