using System.Buffers.Binary;
using System.Net;

namespace Web.Tests;

/// <summary>The pictures of shared links.</summary>
public class CardTests
{
    [Theory]
    [InlineData("/tools/cursor-2-0")]
    [InlineData("/compare/cursor-2-0-vs-smolvlm2-2b")]
    public async Task A_page_names_its_picture_and_the_picture_is_there_in_the_size_it_says(string path)
    {
        await using var site = await Site.OpenAsync("--Web:PublicOrigin=https://verdicts.example");
        var page = await site.PageAsync(path);
        string Meta(string name) => page.QuerySelector($"meta[property='{name}'], meta[name='{name}']")!.GetAttribute("content")!;
        Meta("og:image").ShouldBe($"https://verdicts.example{path}/card.png");
        Meta("twitter:image").ShouldBe(Meta("og:image"));
        Meta("twitter:card").ShouldBe("summary_large_image");
        Meta("og:image:alt").ShouldContain("Cursor 2.0");

        using var answer = await site.GetAsync(path + "/card.png");
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("image/png");
        answer.Headers.CacheControl!.MaxAge.ShouldBe(TimeSpan.FromMinutes(1));
        var png = await answer.Content.ReadAsByteArrayAsync();
        png[..8].ShouldBe<byte>([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
        BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)).ToString().ShouldBe(Meta("og:image:width"));
        BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20)).ToString().ShouldBe(Meta("og:image:height"));
    }

    [Fact]
    public async Task Is_the_same_picture_until_a_verdict_moves()
    {
        await using var site = await Site.OpenAsync();
        const string Path = "/tools/cursor-2-0/card.png";
        using var first = await site.GetAsync(Path);
        var tag = first.Headers.ETag!.Tag;
        using var again = await site.GetAsync(Path, ("If-None-Match", tag));
        again.StatusCode.ShouldBe(HttpStatusCode.NotModified);
        again.Headers.ETag!.Tag.ShouldBe(tag);

        site.Backend.Votes["cursor-2-0"] = (3, 1);
        using var moved = await site.GetAsync(Path, ("If-None-Match", tag));
        moved.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await moved.Content.ReadAsByteArrayAsync()).ShouldNotBe(await first.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("Ein sehr langer Name, der auf keine Karte passt, weil er niemals aufhört, auch nicht nach der zweiten Zeile")]
    [InlineData("Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft")]
    [InlineData("通义千问")]
    [InlineData("🙂")]
    public async Task Any_name_can_be_drawn(string name)
    {
        await using var site = await Site.OpenAsync();
        site.Backend.Tools["odd"] = new(SampleCatalog.Split)
        {
            ["slug"] = "odd",
            ["name"] = name,
            ["tagline"] = name,
        };
        foreach (var path in new[] { "/tools/odd/card.png", "/compare/cursor-2-0-vs-odd/card.png" })
        {
            using var answer = await site.GetAsync(path);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task Without_the_live_numbers_there_is_a_picture_all_the_same_and_without_the_tool_there_is_none()
    {
        await using var site = await Site.OpenAsync();
        site.Backend.Down["Tally"] = true;
        (await site.GetAsync("/compare/cursor-2-0-vs-smolvlm2-2b/card.png")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await site.GetAsync("/tools/nothing/card.png")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await site.GetAsync("/compare/cursor-2-0-vs-cursor-2-0/card.png")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await site.GetAsync("/compare/smolvlm2-2b-vs-cursor-2-0/card.png"))
            .Headers.Location!.ToString()
            .ShouldBe("/compare/cursor-2-0-vs-smolvlm2-2b/card.png");
    }
}
