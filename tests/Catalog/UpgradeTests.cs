using System.Net;
using System.Text.Json.Nodes;
using Shouldly;
using Testing;
using Testing.Servers;
using Xunit;

namespace Catalog.Tests;

/// <summary>What an earlier release stored, found by this one.</summary>
public abstract class UpgradeTests(SharedPostgres? postgres) : IAsyncLifetime
{
    private RunningCatalog _catalog = null!;

    public async ValueTask InitializeAsync() => _catalog = await RunningCatalog.StartOnAsync(postgres);

    public async ValueTask DisposeAsync()
    {
        await _catalog.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_tool_whose_comparisons_were_not_its_own_moves_with_everything_said_of_it_and_its_addresses_lead_there()
    {
        await StoreToolAsync("halo-vs", "Halo VS");
        await StoreToolAsync("halo-versus", "Another");
        await _catalog.StoreAsync(
            """
            insert into reviews (tool, reviewer, verdict, quote, at) values ('halo-vs', 'builder', 'ship', 'It glows.', '2026-01-01T00:00:00.000Z');
            insert into comparisons (slug, a, b, summary, pricing, removed, published_at, updated_at, version, published_version)
                values ('halo-vs-vs-whisper', 'halo-vs', 'whisper', 'Light and sound.', 'Both free.', 0, '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z', 3, 3);
            insert into drafts (kind, slug, document, based_on, editor, saved_at, version) values ('tool', 'halo-vs', '{"name":"Halo"}', 1, 'ada', '2026-01-01T00:00:00.000Z', 900);
            insert into drafts (kind, slug, document, based_on, editor, saved_at, version) values ('comparison', 'deepl-vs-halo-vs', '{"summary":"Begun."}', 0, 'ada', '2026-01-01T00:00:00.000Z', 901);
            """
        );
        await _catalog.StartAgainAsync();
        await _catalog.StartAgainAsync();

        var tool = await _catalog.ReadAsync("/api/tools/halo-vs");
        (tool["slug"]!.ToString(), tool["name"]!.ToString(), tool["reviews"]![0]!["quote"]!.ToString()).ShouldBe(
            ("halo-versus-2", "Halo VS", "It glows.")
        );
        foreach (var former in (string[])["halo-vs-vs-whisper", "whisper-vs-halo-vs"])
        {
            var pair = await _catalog.ReadAsync($"/api/comparisons/{former}");
            (pair["slug"]!.ToString(), pair["summary"]!.ToString(), pair["curated"]!.GetValue<bool>()).ShouldBe(
                ("halo-versus-2-vs-whisper", "Light and sound.", true)
            );
        }

        (await _catalog.Editor.GetStringAsync("/api/drafts")).ShouldContain("\"halo-versus-2\"");
        (await DraftAsync("tools/halo-versus-2"))["base"]!.GetValue<long>().ShouldBe(1);
        (await DraftAsync("comparisons/deepl-vs-halo-versus-2"))["document"]!["summary"]!.ToString().ShouldBe("Begun.");
        (await _catalog.Reader.GetStringAsync("/api/tools?q=halo")).ShouldNotContain("\"halo-vs\"");
        (await _catalog.Editor.GetStringAsync("/api/catalog/export")).ShouldNotContain("\"halo-vs\"");
        // The services that keep votes by the former slug hear that it takes no more.
        await Eventually.HoldsAsync(() =>
            _catalog.Heard.Tools.Any(told => told is { Slug: "halo-vs", Retired: true })
            && _catalog.Heard.Tools.Any(told => told is { Slug: "halo-versus-2", Retired: false })
        );
        JsonNode.Parse(await _catalog.Editor.GetStringAsync("/api/edits?kind=tool&slug=halo-versus-2"))!["edits"]!
            .AsArray()
            .Count.ShouldBe(1, "it moves once");
    }

    [Fact]
    public async Task Names_sort_by_the_letters_readers_look_for()
    {
        await StoreToolAsync("eclair", "Éclair");
        await _catalog.StoreAsync("update tools set sort_name = 'éclair' where slug = 'eclair'");
        await _catalog.StartAgainAsync();
        var names = (await _catalog.ReadAsync("/api/tools"))["tools"]!.AsArray().Select(tool => tool!["slug"]!.ToString()).ToList();
        names.IndexOf("eclair").ShouldBe(names.IndexOf("elevenlabs") - 1);
    }

    // One document of each shape that a release wrote. Never changed; a new shape is added.
    private const string FirstTool =
        """{"description":"d","website":"https://halo.example","pricing":"p","plans":[{"name":"Pro","amount":20,"currency":"USD","period":"month","note":null}],"reviews":[{"reviewer":{"slug":"builder","name":"The Builder","role":"has to build on it"},"verdict":"ship","quote":"q","at":"2026-01-01T00:00:00Z"}],"version":1,"slug":"deepl","name":"DeepL","tagline":"t","maker":"m","category":{"slug":"writing","name":"Writing"},"entryPrice":{"label":"Free","amount":0,"currency":"USD","period":null},"panel":{"ship":1,"skip":0,"shipPercent":100.0},"retired":false,"publishedAt":"2026-01-01T00:00:00Z","updatedAt":"2026-01-01T00:00:00Z"}""";

    [Theory]
    [InlineData(FirstTool)]
    [InlineData("""{"name":"DeepL","entryPrice":{"label":"Free","amount":0,"currency":"USD","period":null}}""")]
    public async Task The_history_reads_documents_without_the_fields_that_came_later(string before)
    {
        await _catalog.StoreAsync(
            $"""
            insert into edits (id, at, editor, kind, slug, previous, next) values (100000, '2026-02-01T00:00:00.000Z', 'ada', 'tool', 'deepl', '{before}', '{before.Replace(
                "Free",
                "$9 a month",
                StringComparison.Ordinal
            )}')
            """
        );
        (await _catalog.ReadAsync("/api/tools/deepl/history"))["changes"]!
            .AsArray()
            .ShouldContain(change => change!["what"]!.ToString() == "entryPrice" && change["to"]!.ToString() == "$9 a month");
        (await _catalog.Editor.GetAsync("/api/edits?kind=tool&slug=deepl")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    // A draft is kept as the editor sent it; what the desk of each release sent, and what the API was sent.
    [Theory]
    [InlineData(
        """{"name":"DeepL","tagline":"t","maker":"m","category":"writing","description":"d","website":"https://halo.example","entryPrice":{"label":"Free","amount":0,"currency":"USD","period":null},"pricing":"p","plans":[{"name":"Pro","amount":20,"currency":"USD","period":"month","note":null}],"reviews":{"builder":{"verdict":"ship","quote":"q"}}}"""
    )]
    [InlineData(
        """{"slug":"deepl","name":"DeepL","tagline":"t","maker":"m","category":"writing","description":"d","website":"https://halo.example","entryPrice":{"label":"Free","amount":0,"currency":"USD","period":null},"pricing":"p","plans":[{"name":"Pro","amount":20,"currency":"USD","period":"month","note":null}],"retired":false,"reviews":{"builder":{"verdict":"ship","quote":"q","at":"2026-01-01T00:00:00Z"}},"publishedAt":"2026-01-01T00:00:00Z"}"""
    )]
    public async Task A_tool_draft_of_an_earlier_release_can_be_read_previewed_and_published(string document)
    {
        await StoreDraftAsync("tool", "deepl", document);
        JsonNode.DeepEquals((await DraftAsync("tools/deepl"))["document"], JsonNode.Parse(document)).ShouldBeTrue();
        (await _catalog.Editor.GetAsync("/api/drafts/tools/deepl/preview")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await _catalog.PostAsync("/api/drafts/tools/deepl/publish", $$"""{"base":1,"document":{{document}}}""", "*")).StatusCode.ShouldBe(
            HttpStatusCode.OK
        );
        (await _catalog.ReadAsync("/api/tools/deepl"))["reviews"]!.AsArray().ShouldHaveSingleItem()!["quote"]!.ToString().ShouldBe("q");
    }

    [Theory]
    [InlineData("""{"summary":"s","pricing":"p"}""")]
    [InlineData("""{"a":"cursor-2-0","b":"smolvlm2-2b","summary":"s","pricing":"p","publishedAt":"2026-01-13T09:00:00Z"}""")]
    public async Task A_comparison_draft_of_an_earlier_release_can_be_read_previewed_and_published(string document)
    {
        const string Pair = "comparisons/cursor-2-0-vs-smolvlm2-2b";
        await StoreDraftAsync("comparison", "cursor-2-0-vs-smolvlm2-2b", document);
        JsonNode.DeepEquals((await DraftAsync(Pair))["document"], JsonNode.Parse(document)).ShouldBeTrue();
        (await _catalog.Editor.GetAsync($"/api/drafts/{Pair}/preview")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await _catalog.PostAsync($"/api/drafts/{Pair}/publish", $$"""{"base":1,"document":{{document}}}""", "*")).StatusCode.ShouldBe(
            HttpStatusCode.OK
        );
        (await _catalog.ReadAsync($"/api/{Pair}"))["summary"]!.ToString().ShouldBe("s");
    }

    // The history hands these on as they are.
    [Theory]
    [InlineData(
        "comparison",
        """{"slug":"cursor-2-0-vs-smolvlm2-2b","a":"cursor-2-0","b":"smolvlm2-2b","summary":"s","pricing":"p","removed":0,"publishedAt":"2026-01-13T09:00:00.000Z","updatedAt":"2026-01-13T09:00:00.000Z","version":1}"""
    )]
    [InlineData("reviewer", """{"slug":"builder","name":"The Builder","role":"has to build on it"}""")]
    [InlineData("tool", FirstTool)]
    [InlineData("tool-draft", """{"name":"DeepL"}""")]
    public async Task The_history_shows_what_an_earlier_release_wrote_down_to_the_letter(string kind, string document)
    {
        await _catalog.StoreAsync(
            $"insert into edits (id, at, editor, kind, slug, previous, next) values (100000, '2026-02-01T00:00:00.000Z', 'ada', '{kind}', 'earlier', null, '{document}')"
        );
        var edit = JsonNode.Parse(await _catalog.Editor.GetStringAsync($"/api/edits?kind={kind}&slug=earlier"))!["edits"]!
            .AsArray()
            .ShouldHaveSingleItem()!;
        JsonNode.DeepEquals(edit["after"], JsonNode.Parse(document)).ShouldBeTrue(edit.ToJsonString());
    }

    // The first export: categories, reviewers, tools and comparisons, and no more of each than was there then.
    private const string FirstFile = """
        {"categories":[{"slug":"writing","name":"Writing"}],"reviewers":[{"slug":"builder","name":"The Builder","role":"has to build on it"}],
        "tools":[{"slug":"deepl","name":"DeepL","tagline":"t","maker":"m","category":"writing","description":"d","website":"https://halo.example","pricing":"p","entryPrice":{"label":"Free","amount":0,"currency":"USD","period":null},
        "plans":[{"name":"Pro","amount":20,"currency":"USD","period":"month","note":null}],"retired":false,"reviews":{"builder":{"verdict":"ship","quote":"q","at":"2026-01-01T00:00:00Z"}},"publishedAt":"2026-01-01T00:00:00Z"}],
        "comparisons":[{"a":"cursor-2-0","b":"smolvlm2-2b","summary":"s","pricing":"p","publishedAt":"2026-01-13T09:00:00Z"}]}
        """;

    [Fact]
    public async Task A_file_that_an_earlier_release_exported_is_still_imported()
    {
        (await _catalog.PostAsync("/api/catalog/import", FirstFile, "*")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await _catalog.ReadAsync("/api/tools/deepl"))["reviews"]!.AsArray().ShouldHaveSingleItem()!["quote"]!.ToString().ShouldBe("q");
        (await _catalog.ReadAsync("/api/comparisons/cursor-2-0-vs-smolvlm2-2b"))["summary"]!.ToString().ShouldBe("s");
    }

    // A release that knows more sends it along; its own fields are not taken for a mistake, and what stands beside them is.
    [Fact]
    public async Task An_edit_with_fields_of_a_later_release_is_taken_without_them()
    {
        var sent = (await _catalog.ReadAsync("/api/tools/deepl")).AsObject();
        (sent["tagline"], sent["license"]) = ("Translates.", new JsonObject { ["spdx"] = "MIT" });
        (await _catalog.PutAsync("/api/tools/deepl", sent, "*")).StatusCode.ShouldBe(HttpStatusCode.OK);
        var tool = (await _catalog.ReadAsync("/api/tools/deepl")).AsObject();
        (tool["tagline"]!.ToString(), tool.ContainsKey("license")).ShouldBe(("Translates.", false));
    }

    private Task StoreDraftAsync(string kind, string slug, string document) =>
        _catalog.StoreAsync(
            $"""
            insert into drafts (kind, slug, document, based_on, editor, saved_at, version) values ('{kind}', '{slug}', '{document}', 1, 'ada', '2026-01-01T00:00:00.000Z', 900)
            """
        );

    private Task StoreToolAsync(string slug, string name) =>
        _catalog.StoreAsync(
            $"""
            insert into tools (slug, name, sort_name, tagline, maker, category, description, website, pricing, entry_label, entry_amount, entry_currency, search, retired,
                published_at, updated_at, version, published_version)
            values ('{slug}', '{name}', '{name.ToLowerInvariant()}', 't', 'm', 'writing', 'd', 'https://halo.example', 'p', 'Free', 0, 'USD', 's', 0,
                '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z', 1, 0)
            """
        );

    private async Task<JsonNode> DraftAsync(string of) => JsonNode.Parse(await _catalog.Editor.GetStringAsync($"/api/drafts/{of}"))!;
}

public sealed class UpgradesOnSqlite() : UpgradeTests(null);

public sealed class UpgradesOnPostgres(SharedPostgres server) : UpgradeTests(server);
