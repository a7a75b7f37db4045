using System.Diagnostics;
using Shouldly;
using Testing.Servers;
using Xunit;

namespace Catalog.Tests;

/// <summary>What readers find, alike on both databases.</summary>
public abstract class SearchTests(SharedPostgres? postgres) : IAsyncLifetime
{
    private RunningCatalog _catalog = null!;

    public async ValueTask InitializeAsync() => _catalog = await RunningCatalog.StartOnAsync(postgres);

    public async ValueTask DisposeAsync()
    {
        await _catalog.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_search_finds_what_a_reader_means_by_it()
    {
        (await _catalog.PutAsync("/api/tools/jurgen", RunningCatalog.ATool("Jürgen’s Łódź Assistant"))).EnsureSuccessStatusCode();
        foreach (
            var (asked, first) in ((string, string)[])
                [
                    ("copilot code", "github-copilot"),
                    ("code copilot", "github-copilot"),
                    ("co-pilot", "github-copilot"),
                    ("co pilot", "github-copilot"),
                    ("pilot", "github-copilot"),
                    ("githubcopilot", "github-copilot"),
                    ("midjurney", "midjourney"),
                    ("midjuorney", "midjourney"),
                    ("mid journey", "midjourney"),
                    ("curser", "cursor-2-0"),
                    ("notebook lm", "notebooklm"),
                    ("notebook-lm", "notebooklm"),
                    ("stable difusion", "stable-diffusion-3-5"),
                    ("cursor 2.0", "cursor-2-0"),
                    ("cursor 2", "cursor-2-0"),
                    ("hugging face vision", "smolvlm2-2b"),
                    ("the editor for agents", "cursor-2-0"),
                    ("jurgen", "jurgen"),
                    ("JÜRGEN lodz", "jurgen"),
                    ("open source phone", "smolvlm2-2b"),
                ]
        )
            (await FoundAsync(asked)).ShouldSatisfyAllConditions(
                asked,
                found => found.ShouldNotBeEmpty(),
                found => found[0].ShouldBe(first)
            );
    }

    [Fact]
    public async Task Free_is_what_costs_nothing_to_begin_with_and_open_source_what_anyone_can_run()
    {
        var free = await FoundAsync("free");
        free.ShouldContain("whisper");
        free.ShouldContain("deepl");
        free.ShouldNotContain("midjourney", "it says that there is no free tier");
        free.ShouldNotContain("claude-code");
        (await FoundAsync("free image")).ShouldContain("stable-diffusion-3-5");
        foreach (var asked in (string[])["open source", "open-source", "opensource", "Open Source model"])
            (await FoundAsync(asked)).ShouldBe(
                ["llama-3-3-70b", "mistral-small-3-1", "smolvlm2-2b", "stable-diffusion-3-5", "whisper"],
                ignoreOrder: true,
                asked
            );
    }

    [Fact]
    public async Task What_matches_best_comes_first_unless_another_order_is_asked_for_and_nothing_is_found_for_nonsense()
    {
        (await FoundAsync("whisper"))[0].ShouldBe("whisper");
        (await FoundAsync("code&sort=name")).ShouldBeInOrder();
        (await FoundAsync("code&sort=price")).ShouldBe(await FoundAsync("code"), ignoreOrder: true);
        (await FoundAsync("free&category=writing")).ShouldBe(["deepl", "grammarly", "notion-ai"]);
        foreach (var nothing in (string[])["qqqqqq", "copilot qqqqqq", "...", "-", "cursorcursorcursor"])
            (await FoundAsync(nothing)).ShouldBeEmpty(nothing);
        (await FoundAsync("code&page=2")).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_edit_is_found_at_once_and_a_retired_tool_no_longer()
    {
        (await FoundAsync("aider")).ShouldBeEmpty();
        (await _catalog.PutAsync("/api/tools/aider", RunningCatalog.ATool())).EnsureSuccessStatusCode();
        (await FoundAsync("aider")).ShouldBe(["aider"]);
        (await _catalog.DeleteAsync("/api/tools/aider", await _catalog.EtagAsync("/api/tools/aider"))).EnsureSuccessStatusCode();
        (await FoundAsync("aider")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Bounded_the_dearest_question_to_a_large_catalog_is_answered_in_a_moment()
    {
        var tools = Enumerable
            .Range(0, 2000)
            .Select(number => new
            {
                slug = $"tool-{number}",
                name = $"Tool{Letters(number)} {Letters(number * 7919)}",
                tagline = $"{Letters(number * 31)} {Letters(number * 37)} {Letters(number * 41)}",
                maker = Letters(number * 43),
                category = "writing",
                description = string.Join(' ', Enumerable.Range(0, 60).Select(word => Letters(number * 61 + word * 7))),
                website = "https://tool.example",
                pricing = "Free.",
                entryPrice = new
                {
                    label = "Free",
                    amount = 0,
                    currency = "USD",
                },
            })
            .ToArray();
        foreach (var some in tools.Chunk(1000))
            (await _catalog.PostAsync("/api/catalog/import", new { tools = some }, "*")).EnsureSuccessStatusCode();
        await FoundAsync("warm");

        var watch = Stopwatch.StartNew();
        await FoundAsync("toolabcdefx toolbcdefgx toolcdefghx tooldefghix toolefghijx toolfghijkx toolghijklx toolhijklmx");
        // Far more than it takes, on a busy machine too; what this guards against grows with the square of the catalog.
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(10));
        (await FoundAsync("free")).Length.ShouldBe(24);

        static string Letters(int number) =>
            string.Concat(Enumerable.Range(0, 6).Select(place => (char)('a' + (number >> (place * 3)) % 23)));
    }

    private async Task<string[]> FoundAsync(string asked) =>
        [
            .. (await _catalog.ReadAsync($"/api/tools?q={asked.Replace(" ", "%20", StringComparison.Ordinal)}"))["tools"]!
                .AsArray()
                .Select(tool => tool!["slug"]!.ToString()),
        ];
}

public sealed class SearchOnSqlite() : SearchTests(null);

public sealed class SearchOnPostgres(SharedPostgres server) : SearchTests(server);
