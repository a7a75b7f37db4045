using System.Net;

namespace Web.Tests;

/// <summary>An editor looks after publishers' endpoints.</summary>
public class WebhooksDeskTests
{
    private static readonly (string, string) SignedIn = ("Cookie", $"editor={FakeBackend.EditorToken}");

    [Fact]
    public async Task An_editor_sees_every_endpoint_with_its_notice_and_no_secret()
    {
        await using var site = await Site.OpenAsync();
        var page = await site.PageAsync("/admin/webhooks", headers: SignedIn);
        page.Words("main").ShouldContain("https://publisher.example/hook");
        page.Words("main").ShouldContain("price.changed of halo");
        page.Words("[role=status]").ShouldBe("Failing since 2026-11-25 10:00 UTC.");
        page.Words("main").ShouldNotContain("whsec_");
    }

    [Fact]
    public async Task What_was_delivered_is_listed_as_it_was_sent()
    {
        await using var site = await Site.OpenAsync();
        var page = await site.PageAsync("/admin/webhooks/wh_1", headers: SignedIn);
        page.Words("pre").ShouldBe("""{"type":"<price>"}""");
        page.Words("main").ShouldContain("Answered 500, after 2 attempts. Tried again at 10:05 UTC.");
    }

    [Theory]
    [InlineData("/admin/webhooks/wh_1/test", "POST /api/webhooks/wh_1/test")]
    [InlineData("/admin/webhooks/wh_1/enable", "POST /api/webhooks/wh_1/enable")]
    [InlineData("/admin/webhooks/wh_1/delete", "DELETE /api/webhooks/wh_1")]
    [InlineData("/admin/webhooks/wh_1/retry/msg_1", "POST /api/webhooks/deliveries/msg_1/retry")]
    public async Task Each_button_does_what_it_says_and_comes_back(string path, string asked)
    {
        await using var site = await Site.OpenAsync();
        using var answer = await site.PostAsync(path, [], SignedIn);
        answer.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        site.Backend.WebhookCalls.ShouldBe([asked]);
    }

    [Fact]
    public async Task A_registered_endpoint_shows_its_secret_once()
    {
        await using var site = await Site.OpenAsync();
        using var answer = await site.PostAsync(
            "/admin/webhooks",
            new()
            {
                ["url"] = "https://a.example/",
                ["events"] = "price.changed",
                ["tools"] = "halo, nova",
            },
            SignedIn
        );
        (await answer.Content.ReadAsStringAsync()).ShouldContain("whsec_secret");
        answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
        site.Backend.WebhookCalls.ShouldBe([
            """POST /api/webhooks {"url":"https://a.example/","events":[{"type":"price.changed","conditions":{"tools":["halo","nova"]}}]}""",
        ]);
    }

    [Theory]
    [InlineData("/admin/webhooks")]
    [InlineData("/admin/webhooks/wh_1")]
    public async Task Anyone_else_is_asked_to_sign_in(string path)
    {
        await using var site = await Site.OpenAsync();
        (await site.PageAsync(path)).Words("h1").ShouldBe("Sign in as an editor");
        (await site.PageAsync(path, HttpStatusCode.Unauthorized, ("Cookie", "editor=not.an.editors")))
            .Words("[role=alert]")
            .ShouldContain("not accepted");
        site.Backend.Down["Webhooks"] = true;
        (await site.GetAsync(path, SignedIn)).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
    }
}
