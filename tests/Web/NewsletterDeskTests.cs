using System.Net;

namespace Web.Tests;

/// <summary>An editor looks at the newsletter's next issue.</summary>
public class NewsletterDeskTests
{
    private static readonly (string, string) SignedIn = ("Cookie", $"editor={FakeBackend.EditorToken}");

    [Fact]
    public async Task An_editor_sees_the_next_issue_and_its_mail()
    {
        await using var site = await Site.OpenAsync();
        var page = await site.PageAsync("/admin/newsletter", headers: SignedIn);
        page.Words("h1").ShouldBe("Week 48");
        page.Words(".eyebrow").ShouldContain("2026-w49");
        page.Words("main").ShouldContain("Worth a look");
        page.Words("pre").ShouldBe("The mail <in words>");

        using var mail = await site.GetAsync(page.QuerySelector("a[href='/admin/newsletter/mail']")!.GetAttribute("href")!, SignedIn);
        (await mail.Content.ReadAsStringAsync()).ShouldBe("<p style=\"margin:0\">The mail</p>");
        // Its inline styles are let through, and nothing else is: no script, no picture, no form.
        mail.Headers.GetValues("Content-Security-Policy")
            .Single()
            .ShouldBe(
                "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
            );
        mail.Headers.CacheControl!.NoStore.ShouldBeTrue();
    }

    [Fact]
    public async Task A_quiet_week_is_said_to_be_one()
    {
        await using var site = await Site.OpenAsync();
        site.Backend.NothingToTell = true;
        (await site.PageAsync("/admin/newsletter", headers: SignedIn)).Words("h1").ShouldBe("Nothing to tell so far");
        using var mail = await site.GetAsync("/admin/newsletter/mail", SignedIn);
        mail.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
    }

    [Theory]
    [InlineData("/admin/newsletter")]
    [InlineData("/admin/newsletter/mail")]
    public async Task Anyone_else_is_asked_to_sign_in(string path)
    {
        await using var site = await Site.OpenAsync();
        (await site.PageAsync(path)).Words("h1").ShouldBe("Sign in as an editor");
        var refused = await site.PageAsync(path, HttpStatusCode.Unauthorized, ("Cookie", "editor=not.an.editors"));
        refused.Words("[role=alert]").ShouldContain("not accepted");
        site.Backend.Down["Newsletter"] = true;
        (await site.GetAsync(path, SignedIn)).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
    }
}
