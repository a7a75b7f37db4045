using System.Net;

namespace Web.Tests;

public class YourVotesTests
{
    private static readonly (string, string) Voter = ("Cookie", "voter=known-voter");

    [Fact]
    public async Task Lists_what_this_reader_voted_each_to_change_or_withdraw_and_is_stored_nowhere()
    {
        await using var site = await Site.OpenAsync();
        using var answer = await site.GetAsync("/votes", Voter);
        answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
        var page = await Site.ReadAsync(answer);

        page.QuerySelector("meta[name=robots]")!.GetAttribute("content").ShouldBe("noindex");
        var row = page.QuerySelectorAll(".own-votes > li").ShouldHaveSingleItem();
        row.Words("h2").ShouldBe("Cursor 2.0");
        row.Words(".meta").ShouldBe("Voted on 20 November 2026");
        var form = row.QuerySelector("form[action='/vote'][method=post]")!;
        form.QuerySelector("[name=return]")!.GetAttribute("value").ShouldBe("/votes");
        form.QuerySelectorAll("button:not([hidden])").Select(button => button.GetAttribute("value")).ShouldBe(["ship", "skip", "withdraw"]);
        page.QuerySelector("a[download]")!.GetAttribute("href").ShouldBe("/api/votes");
    }

    [Fact]
    public async Task A_vote_on_a_retired_tool_can_still_be_withdrawn()
    {
        await using var site = await Site.OpenAsync();
        site.Backend.Tools["cursor-2-0"] = new(SampleCatalog.Cursor) { ["retired"] = true };
        foreach (var path in new[] { "/votes", "/tools/cursor-2-0" })
        {
            var page = await site.PageAsync(path, HttpStatusCode.OK, Voter);
            page.QuerySelectorAll("form.vote button").Select(button => button.GetAttribute("value")).ShouldBe(["withdraw"], path);
        }
    }

    [Fact]
    public async Task A_reader_without_a_voter_is_told_so_and_no_service_is_asked()
    {
        await using var site = await Site.OpenAsync();
        var page = await site.PageAsync("/votes");
        page.Words("main").ShouldContain("You have no votes in this browser");
        page.QuerySelector("a[download]").ShouldBeNull();
        site.Backend.Received.ShouldNotContain(request => request.Path == "/api/votes");
    }

    [Fact]
    public async Task Without_the_ledger_the_page_says_so_and_never_that_there_are_no_votes()
    {
        await using var site = await Site.OpenAsync();
        site.Backend.Down["Voting"] = true;
        var page = await site.PageAsync("/votes", HttpStatusCode.ServiceUnavailable, Voter);
        page.Words("main").ShouldContain("load your votes right now");
        page.Words("main").ShouldNotContain("You have no votes");
    }

    [Fact]
    public async Task Being_forgotten_is_asked_about_once_and_then_done_and_the_cookie_cleared()
    {
        await using var site = await Site.OpenAsync();
        var asked = await site.PageAsync("/votes/forget", HttpStatusCode.OK, Voter);
        asked.QuerySelector("form[method=post][action='/votes/forget'] button").ShouldNotBeNull();
        site.Backend.Received.ShouldNotContain(request => request.Method == "DELETE");

        using var answer = await site.PostAsync("/votes/forget", [], Voter);
        answer.Headers.GetValues("Set-Cookie").Single().ShouldStartWith("voter=; Expires=Thu, 01 Jan 1970");
        answer.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        var page = await site.PageAsync(answer.Headers.Location!.ToString());
        page.Words("h1").ShouldBe("You are forgotten");
        page.Body!.GetAttribute("data-voter").ShouldBe("erased", "the script drops what the browser keeps");
        site.Backend.Received.ShouldContain(("DELETE", "/api/voters", "voter=known-voter", ""));

        using var again = await site.PostAsync("/votes/forget", []);
        (await site.PageAsync(again.Headers.Location!.ToString())).Words("h1").ShouldBe("You are forgotten");
    }

    [Fact]
    public async Task While_the_ledger_is_away_nobody_is_told_to_be_forgotten()
    {
        await using var site = await Site.OpenAsync();
        site.Backend.Down["Voting"] = true;
        using var answer = await site.PostAsync("/votes/forget", [], Voter);
        answer.Headers.RetryAfter.ShouldNotBeNull();
        answer.Headers.Contains("Set-Cookie").ShouldBeFalse();
        (await Site.ReadAsync(answer, HttpStatusCode.ServiceUnavailable)).Words("h1").ShouldBe("You are not forgotten yet");
    }

    [Fact]
    public async Task Another_sites_form_forgets_nobody()
    {
        await using var site = await Site.OpenAsync();
        using var answer = await site.PostAsync("/votes/forget", [], Voter, ("Origin", "https://evil.example"));
        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        site.Backend.Received.ShouldBeEmpty();
    }
}
