using System.Net;

namespace Web.Tests;

public class LimitTests
{
    [Fact]
    public async Task Who_asks_too_much_gets_a_page_if_it_reads_pages_and_a_problem_if_it_is_a_program()
    {
        await using var site = await Site.OpenAsync("--RateLimits:CostlyPerSecond=1");
        HttpResponseMessage refused;
        do refused = await site.GetAsync("/tools?q=cursor");
        while (refused.StatusCode == HttpStatusCode.OK);
        refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds.ShouldBeGreaterThan(0);
        refused.Headers.GetValues("Content-Security-Policy").Single().ShouldContain("default-src 'none'");
        (await Site.ReadAsync(refused, HttpStatusCode.TooManyRequests)).Words("h1").ShouldBe("That was a little fast");
        refused.Dispose();

        do refused = await site.GetAsync("/tools?q=cursor", ("Accept", "application/json"));
        while (refused.StatusCode == HttpStatusCode.OK);
        refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        refused.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        refused.Dispose();
        (await site.GetAsync("/tools")).StatusCode.ShouldBe(HttpStatusCode.OK, "what is no search is not limited");
    }

    [Fact]
    public async Task A_form_of_another_site_is_refused_with_a_page_and_changes_nothing()
    {
        await using var site = await Site.OpenAsync();
        using var answer = await site.PostAsync(
            "/vote",
            new() { ["tool"] = "cursor-2-0", ["choice"] = "ship" },
            ("Cookie", "voter=known-voter"),
            ("Origin", "https://evil.example")
        );
        (await Site.ReadAsync(answer, HttpStatusCode.Forbidden)).Words("h1").ShouldBe("This form came from another site");
        site.Backend.Received.ShouldBeEmpty();
    }
}
