using System.Net;
using Contracts;
using CsCheck;
using Shouldly;
using Xunit;

namespace Catalog.Tests;

/// <summary>The grammar of addresses.</summary>
public sealed class SlugTests
{
    private static readonly string[] Words = ["a", "vs", "v", "s", "halo"];
    private static readonly Gen<string> ToolSlugs = Gen.Int[0, Words.Length - 1]
        .Array[1, 4]
        .Select(parts => string.Join('-', parts.Select(part => Words[part])))
        .Where(slug => Slug.IsToolSlug(slug));

    [Fact]
    public void Any_two_tools_are_told_apart_again_in_their_comparisons_address() =>
        Gen.Select(ToolSlugs, ToolSlugs)
            .Where((a, b) => a != b)
            .Sample(
                (a, b) =>
                {
                    var (first, second) = Slug.Split(Slug.OfComparison(a, b))!.Value;
                    new[] { first, second }.ShouldBe([a, b], ignoreOrder: true);
                }
            );

    [Theory]
    [InlineData("halo", true)]
    [InlineData("vs", true)]
    [InlineData("vs-halo", true)]
    [InlineData("halo-vs", false)]
    [InlineData("halo-vs-whisper", false)]
    public void A_slug_names_a_tool_only_if_its_comparisons_stay_its_own(string slug, bool names) => Slug.IsToolSlug(slug).ShouldBe(names);

    [Fact]
    public async Task A_tool_that_could_share_a_comparisons_address_is_refused_however_it_is_sent()
    {
        await using var catalog = await RunningCatalog.StartAsync();
        var put = await catalog.PutAsync("/api/tools/halo-vs", RunningCatalog.ATool("Halo vs"));
        put.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await put.Content.ReadAsStringAsync()).ShouldContain("ends in -vs");
        (await catalog.PutAsync("/api/drafts/tools/halo-vs", new { @base = 0, document = new { } })).StatusCode.ShouldBe(
            HttpStatusCode.NotFound
        );
        var import = await catalog.PostAsync("/api/catalog/import", new { tools = new[] { new { slug = "halo-vs" } } }, "*");
        import.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await import.Content.ReadAsStringAsync()).ShouldContain("ends in -vs");
    }

    [Theory]
    [InlineData("\u202E")]
    [InlineData("\u2066")]
    [InlineData("\u200F")]
    [InlineData("\u061C")]
    public async Task Text_that_readers_would_see_in_another_order_is_refused_in_names_and_quotes(string turn)
    {
        await using var catalog = await RunningCatalog.StartAsync();
        foreach (
            var (path, body) in ((string, object)[])
                [
                    ("/api/tools/aider", RunningCatalog.ATool($"Aid{turn}er")),
                    ("/api/tools/aider", RunningCatalog.ATool(category: new { slug = "agents", name = $"Age{turn}nts" })),
                    ("/api/tools/deepl/reviews/founder", new { verdict = "ship", quote = $"Pays{turn} off." }),
                    ("/api/reviewers/analyst", new { name = $"The{turn} Analyst", role = "counts" }),
                    ("/api/comparisons/deepl-vs-whisper", new { summary = $"One{turn} and the other.", pricing = "Both." }),
                ]
        )
        {
            var refused = await catalog.PutAsync(path, body, path.Contains("deepl/", StringComparison.Ordinal) ? "*" : null);
            refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest, path);
            (await refused.Content.ReadAsStringAsync()).ShouldContain("direction of text");
        }

        // Scripts that run from right to left are welcome as they are.
        (await catalog.PutAsync("/api/tools/aider", RunningCatalog.ATool("עזר"))).StatusCode.ShouldBe(HttpStatusCode.Created);
    }
}
