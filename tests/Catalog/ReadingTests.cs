using System.Net;
using System.Text.Json.Nodes;
using Shouldly;
using Testing.Servers;
using Xunit;

namespace Catalog.Tests;

/// <summary>The sample content through the readers' routes; nothing here edits, so that one service serves all.</summary>
public abstract class ReadingTests(SharedPostgres? postgres) : IAsyncLifetime
{
    private RunningCatalog _catalog = null!;

    public async ValueTask InitializeAsync() => _catalog = await RunningCatalog.StartOnAsync(postgres);

    public ValueTask DisposeAsync() => _catalog.DisposeAsync();

    [Fact]
    public async Task The_first_comparison_stands_as_the_page_needs_it()
    {
        var comparison = await _catalog.ReadAsync("/api/comparisons/cursor-2-0-vs-smolvlm2-2b");
        ((bool)comparison["curated"]!).ShouldBeTrue();
        ((string)comparison["category"]!["name"]!).ShouldBe("Developer Tools");
        foreach (var tool in comparison["tools"]!.AsArray())
        {
            tool!["panel"]!.ToJsonString().ShouldBe("""{"ship":4,"skip":0,"shipPercent":100.0}""");
            ((string)tool["entryPrice"]!["label"]!).ShouldBe("Free");
            tool["reviews"]!.AsArray().Count.ShouldBe(4);
        }

        Reviewers(comparison, 0).ShouldBe(["builder", "skeptic", "futurist", "product-lead"]);
        Reviewers(comparison, 1).ShouldBe(["builder", "skeptic", "futurist", "founder"]);

        static string[] Reviewers(JsonNode comparison, int tool) =>
            [.. comparison["tools"]![tool]!["reviews"]!.AsArray().Select(review => (string)review!["reviewer"]!["slug"]!)];
    }

    [Fact]
    public async Task The_sample_content_is_whole()
    {
        var list = await _catalog.ReadAsync("/api/tools");
        var tools = list["tools"]!.AsArray();
        tools.Count.ShouldBeGreaterThanOrEqualTo(14);
        tools.Count.ShouldBe((int)list["total"]!);
        tools.Select(tool => (string)tool!["category"]!["slug"]!).Distinct().Count().ShouldBeGreaterThanOrEqualTo(4);

        var known = tools.Select(tool => (string)tool!["slug"]!).ToHashSet();
        var comparisons = (await _catalog.ReadAsync("/api/comparisons"))["comparisons"]!.AsArray();
        comparisons.Count.ShouldBeGreaterThanOrEqualTo(11);
        comparisons.ShouldContain(comparison => comparison!["category"] == null);
        foreach (var side in comparisons.SelectMany(comparison => comparison!["tools"]!.AsArray()))
            known.ShouldContain((string)side!["slug"]!);

        var verdicts = new List<string>();
        foreach (var slug in known)
        {
            var tool = await _catalog.ReadAsync($"/api/tools/{slug}");
            tool["reviews"]!.AsArray().Count.ShouldBe(4, slug);
            verdicts.AddRange(tool["reviews"]!.AsArray().Select(review => (string)review!["verdict"]!));
            ((string)tool["website"]!).ShouldStartWith("https://");
            foreach (var word in (string[])["ballot", "poll", "score", "rating", "like", "item", "user", "entity"])
                tool.ToJsonString().ShouldNotMatch($@"(?i)\b{word}s?\b");
        }

        verdicts.ShouldContain("skip");
        verdicts.ShouldContain("ship");
    }

    [Theory]
    [InlineData("/api/tools")]
    [InlineData("/api/tools?q=cursor")]
    [InlineData("/api/tools/cursor-2-0")]
    [InlineData("/api/tools/cursor-2-0/history")]
    [InlineData("/api/categories")]
    [InlineData("/api/reviewers")]
    [InlineData("/api/reviewers/builder")]
    [InlineData("/api/comparisons")]
    [InlineData("/api/comparisons/cursor-2-0-vs-smolvlm2-2b")]
    [InlineData("/api/comparisons/deepl-vs-runway")]
    [InlineData("/api/catalog/tools")]
    public async Task A_client_with_the_newest_state_gets_304_without_a_body(string path)
    {
        var etag = await _catalog.EtagAsync(path);
        foreach (
            var (header, status) in new[] { (etag, 304), ($"\"else\", {etag}", 304), ("*", 304), ("\"else\"", 200), ("nonsense", 200) }
        )
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.TryAddWithoutValidation("If-None-Match", header);
            var answer = await _catalog.Reader.SendAsync(request);
            ((int)answer.StatusCode).ShouldBe(status, header);
            if (status == 304)
                (await answer.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
        }
    }

    [Theory]
    [InlineData("/api/tools/unheard-of")]
    [InlineData("/api/comparisons/deepl-vs-deepl")]
    [InlineData("/api/comparisons/deepl-vs-unheard-of")]
    public async Task A_missing_resource_is_404_even_for_a_client_that_claims_to_have_it(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("If-None-Match", "*");
        ((int)(await _catalog.Reader.SendAsync(request)).StatusCode).ShouldBe(404);
    }

    [Theory]
    [InlineData("CURSOR", "cursor-2-0")]
    [InlineData("hugging face", "smolvlm2-2b")]
    [InlineData("Search %26 Research", "notebooklm")]
    [InlineData("terminal", "claude-code")]
    public async Task A_search_finds_name_maker_category_and_tagline_whatever_the_case(string text, string found) =>
        (await SlugsAsync($"/api/tools?q={text}")).ShouldContain(found);

    [Theory]
    [InlineData("%25")]
    [InlineData("_")]
    [InlineData("!")]
    [InlineData("%5C")]
    [InlineData("%FF")]
    [InlineData("' or 1=1 --")]
    public async Task A_search_takes_wildcards_and_quotes_as_they_stand(string text) =>
        (await SlugsAsync($"/api/tools?q={text}")).ShouldBeEmpty();

    [Fact]
    public async Task A_list_can_be_narrowed_and_ordered()
    {
        (await SlugsAsync("/api/tools?category=writing&q=&sort=")).ShouldBe(["deepl", "grammarly", "notion-ai"]);
        (await SlugsAsync("/api/tools?category=unheard-of")).ShouldBeEmpty();
        (await SlugsAsync("/api/tools?sort=newest"))[0].ShouldBe("mistral-small-3-1");
        (await SlugsAsync("/api/tools?sort=price"))[^1].ShouldBe("claude-code");
        (await SlugsAsync("/api/tools?sort=panel"))[..2].ShouldBe(["cursor-2-0", "elevenlabs"]);
        (await SlugsAsync("/api/tools?page=99")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("/api/tools?page=0")]
    [InlineData("/api/tools?page=-1")]
    [InlineData("/api/tools?page=two")]
    [InlineData("/api/tools?page=99999999999999999999")]
    [InlineData("/api/tools?page=1&page=2")]
    [InlineData("/api/tools?sort=votes")]
    [InlineData("/api/tools?category=Not%20A%20Slug")]
    [InlineData("/api/tools?category=%00")]
    [InlineData("/api/tools?q=%00")]
    [InlineData("/api/comparisons?tool=-")]
    [InlineData("/api/comparisons?page=1.5")]
    public async Task A_question_that_makes_no_sense_is_answered_400(string path)
    {
        var answer = await _catalog.Reader.GetAsync(path);
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        (await answer.Content.ReadAsStringAsync()).ShouldContain("urn:problem-type:bad-query");
    }

    [Fact]
    public async Task A_search_is_of_limited_length()
    {
        (await _catalog.Reader.GetAsync("/api/tools?q=" + new string('a', 100))).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await _catalog.Reader.GetAsync("/api/tools?q=" + new string('a', 101))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("/api/tools/nobody-knows-it")]
    [InlineData("/api/tools/UPPER")]
    [InlineData("/api/tools/%F0%28")]
    [InlineData("/api/tools/nobody-knows-it/history")]
    [InlineData("/api/reviewers/nobody")]
    [InlineData("/api/comparisons/cursor-2-0")]
    [InlineData("/api/comparisons/cursor-2-0-vs-cursor-2-0")]
    [InlineData("/api/comparisons/cursor-2-0-vs-nobody-knows-it")]
    [InlineData("/api/comparisons/cursor-2-0-vs-smolvlm2-2b-vs-deepl")]
    public async Task What_is_not_there_is_answered_404(string path)
    {
        var answer = await _catalog.Reader.GetAsync(path);
        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
    }

    [Fact]
    public async Task Any_two_tools_can_be_compared_in_either_order()
    {
        var pair = await _catalog.ReadAsync("/api/comparisons/runway-vs-deepl");
        ((string)pair["slug"]!).ShouldBe("deepl-vs-runway");
        ((bool)pair["curated"]!).ShouldBeFalse();
        pair["category"].ShouldBeNull();
        ((string)pair["summary"]!).ShouldContain("DeepL");
        pair["tools"]!.AsArray().Select(tool => (string)tool!["slug"]!).ShouldBe(["deepl", "runway"]);

        var turned = await _catalog.ReadAsync("/api/comparisons/smolvlm2-2b-vs-cursor-2-0");
        ((string)turned["slug"]!).ShouldBe("cursor-2-0-vs-smolvlm2-2b");
        ((bool)turned["curated"]!).ShouldBeTrue();
    }

    [Fact]
    public async Task Comparisons_come_newest_first_and_by_tool_or_category()
    {
        var all = (await _catalog.ReadAsync("/api/comparisons"))["comparisons"]!.AsArray();
        all.Select(comparison => (DateTime)comparison!["publishedAt"]!).ShouldBeInOrder(SortDirection.Descending);
        var ofOne = (await _catalog.ReadAsync("/api/comparisons?tool=whisper"))["comparisons"]!.AsArray();
        ofOne.Select(comparison => (string)comparison!["slug"]!).ShouldBe(["elevenlabs-vs-whisper", "descript-vs-whisper"]);
        ((int)(await _catalog.ReadAsync("/api/comparisons?category=open-models"))["total"]!).ShouldBe(2);
    }

    [Fact]
    public async Task Times_are_UTC_and_the_categories_are_counted()
    {
        ((string)(await _catalog.ReadAsync("/api/tools/cursor-2-0"))["publishedAt"]!).ShouldEndWith("Z");
        (await _catalog.ReadAsync("/api/categories"))
            .AsArray()
            .ShouldContain(category => (string)category!["slug"]! == "developer-tools" && (int)category["tools"]! == 4);
    }

    private async Task<string[]> SlugsAsync(string path) =>
        [.. (await _catalog.ReadAsync(path))["tools"]!.AsArray().Select(tool => (string)tool!["slug"]!)];
}

public sealed class ReadingOnSqlite() : ReadingTests(null);

public sealed class ReadingOnPostgres(SharedPostgres server) : ReadingTests(server);
