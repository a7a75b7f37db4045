using System.Net;

namespace Web.Tests;

/// <summary>Nobody loses what they typed, or the page they came from.</summary>
public class SignUpTests
{
    private const string Pair = "/compare/cursor-2-0-vs-smolvlm2-2b";

    [Theory]
    [InlineData("/")]
    [InlineData(Pair)]
    [InlineData("/tools/cursor-2-0")]
    [InlineData("/newsletter/2026-w48")]
    public async Task Signing_up_leads_back_to_the_page_it_was_done_on(string path)
    {
        await using var site = await Site.OpenAsync();
        var back = (await site.PageAsync(path)).QuerySelector(".sign-up input[name=return]")!.GetAttribute("value")!;
        back.ShouldBe(path);
        using var answer = await site.PostAsync("/newsletter", new() { ["email"] = "reader@example.org", ["return"] = back });
        (await Site.ReadAsync(answer)).QuerySelector($"main a[href='{path}']").ShouldNotBeNull();
    }

    [Theory]
    [InlineData(400, HttpStatusCode.BadRequest, "name@example.org")]
    [InlineData(429, HttpStatusCode.TooManyRequests, "try again in 10 minutes")]
    [InlineData(503, HttpStatusCode.ServiceUnavailable, "unavailable right now")]
    public async Task A_sign_up_that_was_not_taken_keeps_what_was_typed_and_says_why(int answered, HttpStatusCode status, string why)
    {
        await using var site = await Site.OpenAsync();
        site.Backend.SignUpAnswers = answered;
        using var answer = await site.PostAsync("/newsletter", new() { ["email"] = "reader@example", ["return"] = Pair });
        var page = await Site.ReadAsync(answer, status);
        var field = page.QuerySelector("form[action='/newsletter'] #email")!;
        field.GetAttribute("value").ShouldBe("reader@example");
        field.GetAttribute("aria-invalid").ShouldBe("true");
        page.Words($"#{field.GetAttribute("aria-describedby")}").ShouldContain(why);
        page.QuerySelector("input[name=return]")!.GetAttribute("value").ShouldBe(Pair);
        page.QuerySelector($"main a[href='{Pair}']").ShouldNotBeNull();
        answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
        (answer.Headers.RetryAfter is not null).ShouldBe(answered != 400);
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("javascript:alert(1)")]
    public async Task The_way_back_never_leads_to_another_site(string back)
    {
        await using var site = await Site.OpenAsync();
        foreach (var email in (string[])["", "reader@example.org"])
        {
            using var answer = await site.PostAsync("/newsletter", new() { ["email"] = email, ["return"] = back });
            (await answer.Content.ReadAsStringAsync()).ShouldNotContain("evil");
        }
    }
}
