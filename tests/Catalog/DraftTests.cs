using System.Net;
using System.Text.Json.Nodes;
using Shouldly;
using Testing;
using Testing.Servers;
using Xunit;

namespace Catalog.Tests;

public abstract class DraftTests(SharedPostgres? postgres) : IAsyncLifetime
{
    private RunningCatalog _catalog = null!;

    public async ValueTask InitializeAsync() => _catalog = await RunningCatalog.StartOnAsync(postgres);

    public async ValueTask DisposeAsync()
    {
        await _catalog.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_draft_is_seen_by_editors_only_and_told_to_nobody_until_it_is_published()
    {
        await Eventually.HoldsAsync(() => _catalog.Heard.Tools.Any(tool => tool.Slug == "whisper"));
        (await SaveAsync("tools/aider", RunningCatalog.ATool())).StatusCode.ShouldBe(HttpStatusCode.OK);

        foreach (var path in (string[])["/api/tools?q=aider", "/api/tools", "/api/catalog/tools", "/api/comparisons", "/api/categories"])
            (await _catalog.Reader.GetStringAsync(path)).ShouldNotContain("aider", Case.Insensitive, path);
        foreach (var path in (string[])["/api/tools/aider", "/api/tools/aider/history", "/api/comparisons/aider-vs-deepl"])
            (await _catalog.Reader.GetAsync(path)).StatusCode.ShouldBe(HttpStatusCode.NotFound, path);
        foreach (var path in (string[])["/api/drafts", "/api/drafts/tools/aider", "/api/drafts/tools/aider/preview"])
            (await _catalog.Reader.GetAsync(path)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized, path);
        var line = (await EditorReadsAsync("/api/drafts")).AsArray().ShouldHaveSingleItem()!;
        (line["slug"]!.ToString(), line["name"]!.ToString(), line["editor"]!.ToString(), line["new"]!.GetValue<bool>()).ShouldBe(
            ("aider", "Aider", "ada", true)
        );
        (await EditorReadsAsync("/api/drafts/tools/aider/preview"))["name"]!.ToString().ShouldBe("Aider");

        // What is told next is in order: had the draft been told, it would have been before this.
        (await _catalog.PutAsync("/api/tools/marker", RunningCatalog.ATool("Marker"))).StatusCode.ShouldBe(HttpStatusCode.Created);
        await Eventually.HoldsAsync(() => _catalog.Heard.Tools.Any(tool => tool.Slug == "marker"));
        _catalog.Heard.Tools.ShouldNotContain(tool => tool.Slug == "aider");

        (await PublishAsync("tools/aider", RunningCatalog.ATool(), 0, await TagAsync("tools/aider"))).StatusCode.ShouldBe(
            HttpStatusCode.OK
        );
        (await _catalog.Reader.GetStringAsync("/api/tools?q=aider")).ShouldContain("Aider");
        (await EditorReadsAsync("/api/drafts")).AsArray().ShouldBeEmpty();
        await Eventually.HoldsAsync(() => _catalog.Heard.Tools.Any(tool => tool.Slug == "aider"));
    }

    [Fact]
    public async Task A_tool_is_published_with_its_reviews_in_one_edit()
    {
        var document = Document(RunningCatalog.ATool());
        document["reviews"] = new JsonObject
        {
            ["builder"] = new JsonObject { ["verdict"] = "ship", ["quote"] = "It commits." },
            ["skeptic"] = new JsonObject { ["verdict"] = "skip", ["quote"] = "It commits too much." },
        };
        (await PublishAsync("tools/aider", document, 0)).StatusCode.ShouldBe(HttpStatusCode.OK);
        var tool = await _catalog.ReadAsync("/api/tools/aider");
        tool["panel"]!.ToJsonString().ShouldBe("""{"ship":1,"skip":1,"shipPercent":50.0}""");
        tool["version"]!.GetValue<long>().ShouldBe(1);

        document["reviews"]!.AsObject().Remove("skeptic");
        (await PublishAsync("tools/aider", document, 1)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await _catalog.ReadAsync("/api/tools/aider"))["reviews"]!.AsArray().ShouldHaveSingleItem()!["reviewer"]!["slug"]!
            .ToString()
            .ShouldBe("builder");
        (await EditorReadsAsync("/api/edits?kind=tool&slug=aider"))["edits"]!.AsArray().Count.ShouldBe(2);
    }

    [Fact]
    public async Task What_can_not_be_published_is_kept_as_a_draft_with_everything_that_was_typed()
    {
        var document = Document(RunningCatalog.ATool());
        document["tagline"] = "";
        document["entryPrice"]!["amount"] = "about ten";
        var refused = await PublishAsync("tools/aider", document, 0);
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        JsonNode.Parse(await refused.Content.ReadAsStringAsync())!["errors"]!
            .AsObject()
            .Select(error => (error.Key, error.Value!.AsArray().Count))
            .ShouldBe([("entryPrice.amount", 1), ("tagline", 1)], ignoreOrder: true);
        var tag = refused.Headers.ETag!.ToString();
        tag.ShouldBe(await TagAsync("tools/aider"));
        (await EditorReadsAsync("/api/drafts/tools/aider"))["document"]!["entryPrice"]!["amount"]!.ToString().ShouldBe("about ten");

        document["entryPrice"]!["amount"] = 10;
        var again = await PublishAsync("tools/aider", document, 0, tag);
        JsonNode.Parse(await again.Content.ReadAsStringAsync())!["errors"]!.AsObject().Select(error => error.Key).ShouldBe(["tagline"]);
        (await _catalog.Reader.GetAsync("/api/tools/aider")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task An_incomplete_draft_can_be_looked_at_and_not_be_published()
    {
        var document = new JsonObject
        {
            ["name"] = "Aider",
            ["description"] = "Edits a repository.",
            ["entryPrice"] = new JsonObject { ["amount"] = "about ten" },
        };
        (await SaveAsync("tools/aider", document)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await _catalog.Editor.GetAsync("/api/drafts/tools/aider/preview")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var preview = await EditorReadsAsync("/api/drafts/tools/aider/preview?incomplete=true");
        (preview["name"]!.ToString(), preview["tagline"]!.ToString(), preview["description"]!.ToString()).ShouldBe(
            ("Aider", "—", "Edits a repository.")
        );

        (await SaveAsync("comparisons/aider-vs-deepl", new JsonObject { ["summary"] = "A pair." })).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await EditorReadsAsync("/api/drafts/comparisons/aider-vs-deepl/preview?incomplete=true"))["tools"]![0]!["tagline"]!
            .ToString()
            .ShouldBe("—");
        (await PublishAsync("tools/aider", document, 0, await TagAsync("tools/aider"))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await _catalog.Reader.GetAsync("/api/tools/aider")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Who_publishes_on_top_of_another_is_told_and_loses_nothing()
    {
        var began = await EditorReadsAsync("/api/drafts/tools/deepl");
        (began["base"]!.GetValue<long>(), began["editor"]).ShouldBe((1, null));
        (
            await _catalog.PutAsync("/api/tools/deepl", RunningCatalog.ATool("Hers"), await _catalog.EtagAsync("/api/tools/deepl"))
        ).StatusCode.ShouldBe(HttpStatusCode.OK);

        var his = began["document"]!.DeepClone();
        his["tagline"] = "His words";
        var refused = await PublishAsync("tools/deepl", his, 1);
        refused.StatusCode.ShouldBe(HttpStatusCode.PreconditionFailed);
        (await refused.Content.ReadAsStringAsync()).ShouldContain("publish-conflict");
        var draft = await EditorReadsAsync("/api/drafts/tools/deepl");
        (draft["base"]!.GetValue<long>(), draft["present"]!.GetValue<long>(), draft["document"]!["tagline"]!.ToString()).ShouldBe(
            (1, 2, "His words")
        );
        (await _catalog.ReadAsync("/api/tools/deepl"))["name"]!.ToString().ShouldBe("Hers");

        his["name"] = "Hers";
        (await PublishAsync("tools/deepl", his, 2, refused.Headers.ETag!.ToString())).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await _catalog.ReadAsync("/api/tools/deepl"))["tagline"]!.ToString().ShouldBe("His words");
    }

    [Fact]
    public async Task Two_editors_of_one_draft_do_not_overwrite_each_other()
    {
        var tag = (await SaveAsync("comparisons/deepl-vs-runway", new { summary = "Hers" })).Headers.ETag!.ToString();
        (await SaveAsync("comparisons/deepl-vs-runway", new { summary = "His" })).StatusCode.ShouldBe(HttpStatusCode.PreconditionRequired);
        (await SaveAsync("comparisons/deepl-vs-runway", new { summary = "His" }, tag)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await SaveAsync("comparisons/deepl-vs-runway", new { summary = "Hers again" }, tag)).StatusCode.ShouldBe(
            HttpStatusCode.PreconditionFailed
        );
        (await DeleteAsync("comparisons/deepl-vs-runway", tag)).StatusCode.ShouldBe(HttpStatusCode.PreconditionFailed);

        var last = await TagAsync("comparisons/deepl-vs-runway");
        (await DeleteAsync("comparisons/deepl-vs-runway", last)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        // Thrown away is not gone: the history keeps the text, and a new draft never bears an old one's tag.
        var kept = (await EditorReadsAsync("/api/edits?kind=comparison-draft"))["edits"]!.AsArray();
        (kept[0]!["before"]!["summary"]!.ToString(), kept[0]!["after"], kept.Count).ShouldBe(("His", null, 3));
        (await SaveAsync("comparisons/deepl-vs-runway", new { summary = "Anew" })).Headers.ETag!.ToString().ShouldNotBe(tag);
    }

    [Fact]
    public async Task A_comparison_is_drafted_previewed_and_published()
    {
        var refused = await PublishAsync("comparisons/aider-vs-deepl", new { summary = "A pair." }, 0);
        JsonNode.Parse(await refused.Content.ReadAsStringAsync())!["errors"]!
            .AsObject()
            .Select(error => error.Key)
            .ShouldBe(["slug", "pricing"], ignoreOrder: true);
        var tag = (
            await SaveAsync("comparisons/deepl-vs-runway", new { summary = "Words and pictures.", pricing = "Both by the month." })
        ).Headers.ETag!.ToString();
        (await EditorReadsAsync("/api/drafts/comparisons/deepl-vs-runway/preview"))["summary"]!.ToString().ShouldBe("Words and pictures.");
        (await _catalog.ReadAsync("/api/comparisons/deepl-vs-runway"))["curated"]!.GetValue<bool>().ShouldBeFalse();
        (
            await PublishAsync(
                "comparisons/deepl-vs-runway",
                new { summary = "Words and pictures.", pricing = "Both by the month." },
                0,
                tag
            )
        ).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await _catalog.ReadAsync("/api/comparisons/deepl-vs-runway"))["curated"]!.GetValue<bool>().ShouldBeTrue();
    }

    [Fact]
    public async Task A_comparison_of_a_tool_that_is_only_a_draft_can_be_looked_at_and_is_published_after_it()
    {
        var pair = new { summary = "A terminal and a translator.", pricing = "Both begin free." };
        (await SaveAsync("comparisons/aider-vs-deepl", pair)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await _catalog.Editor.GetAsync("/api/drafts/comparisons/aider-vs-deepl/preview")).StatusCode.ShouldBe(
            HttpStatusCode.BadRequest,
            "there is no such tool, not even a draft of one"
        );

        (await SaveAsync("tools/aider", RunningCatalog.ATool())).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await EditorReadsAsync("/api/drafts/comparisons/aider-vs-deepl/preview"))["tools"]!
            .AsArray()
            .Select(tool => tool!["name"]!.ToString())
            .ShouldBe(["Aider", "DeepL"]);
        (await PublishAsync("comparisons/aider-vs-deepl", pair, 0, await TagAsync("comparisons/aider-vs-deepl"))).StatusCode.ShouldBe(
            HttpStatusCode.BadRequest
        );

        (await PublishAsync("tools/aider", RunningCatalog.ATool(), 0, await TagAsync("tools/aider"))).StatusCode.ShouldBe(
            HttpStatusCode.OK
        );
        (await PublishAsync("comparisons/aider-vs-deepl", pair, 0, await TagAsync("comparisons/aider-vs-deepl"))).StatusCode.ShouldBe(
            HttpStatusCode.OK
        );
    }

    [Fact]
    public async Task The_history_tells_what_a_draft_changes_of_what_readers_see()
    {
        var document = (await EditorReadsAsync("/api/drafts/tools/deepl"))["document"]!.DeepClone();
        document["tagline"] = "Other words";
        (await _catalog.PutAsync("/api/drafts/tools/deepl", new { @base = 1, document })).StatusCode.ShouldBe(HttpStatusCode.OK);
        var edit = (await EditorReadsAsync("/api/edits?kind=tool-draft&slug=deepl"))["edits"]!.AsArray().ShouldHaveSingleItem()!;
        edit["before"]!["tagline"]!.ToString().ShouldNotBe("Other words");
        edit["before"]!["tagline"] = "Other words";
        JsonNode.DeepEquals(edit["before"], edit["after"]).ShouldBeTrue();
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"base\":-1,\"document\":{}}")]
    [InlineData("{\"base\":0,\"document\":[]}")]
    [InlineData("{\"base\":0,\"document\":{\"name\":\"a\",\"name\":\"b\"}}")]
    public async Task What_is_no_draft_costs_a_clear_400(string body)
    {
        (await _catalog.PutAsync("/api/drafts/tools/aider", body)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await _catalog.PostAsync("/api/drafts/tools/aider/publish", body)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("tools/a-vs-b")]
    [InlineData("comparisons/runway-vs-deepl")]
    [InlineData("reviewers/builder")]
    public async Task There_are_drafts_of_tools_and_comparisons_only(string of) =>
        (await SaveAsync(of, new { name = "x" })).StatusCode.ShouldBe(HttpStatusCode.NotFound);

    private static JsonObject Document(object document) => JsonNode.Parse(System.Text.Json.JsonSerializer.Serialize(document))!.AsObject();

    private Task<HttpResponseMessage> SaveAsync(string of, object document, string? ifMatch = null) =>
        _catalog.PutAsync($"/api/drafts/{of}", new { @base = 0, document }, ifMatch);

    private Task<HttpResponseMessage> PublishAsync(string of, object document, long based, string? ifMatch = null) =>
        _catalog.PostAsync($"/api/drafts/{of}/publish", new { @base = based, document }, ifMatch);

    private Task<HttpResponseMessage> DeleteAsync(string of, string ifMatch) => _catalog.DeleteAsync($"/api/drafts/{of}", ifMatch);

    private async Task<string> TagAsync(string of) => (await _catalog.Editor.GetAsync($"/api/drafts/{of}")).Headers.ETag!.ToString();

    private async Task<JsonNode> EditorReadsAsync(string path) => JsonNode.Parse(await _catalog.Editor.GetStringAsync(path))!;
}

public sealed class DraftsOnSqlite() : DraftTests(null);

public sealed class DraftsOnPostgres(SharedPostgres server) : DraftTests(server);
