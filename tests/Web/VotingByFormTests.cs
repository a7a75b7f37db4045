using System.Net;

namespace Web.Tests;

public class VotingByFormTests
{
    private const string Back = "/compare/cursor-2-0-vs-smolvlm2-2b";
    private static readonly (string, string) Voter = ("Cookie", "voter=known-voter");

    private static Dictionary<string, string> Vote(string choice = "ship", string back = Back, string tool = "cursor-2-0") =>
        new() { ["tool"] = tool, ["choice"] = choice, ["return"] = back };

    [Fact]
    public async Task A_voter_casts_and_is_sent_back()
    {
        await using var site = await Site.OpenAsync();
        using var answer = await site.PostAsync("/vote", Vote("skip"), Voter);

        answer.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        answer.Headers.Location!.ToString().ShouldBe(Back);
        site.Backend.Received.ShouldContain(("PUT", "/api/votes/cursor-2-0", "voter=known-voter", """{"choice":"skip"}"""));
    }

    [Fact]
    public async Task Withdrawing_deletes_the_vote()
    {
        await using var site = await Site.OpenAsync();
        using var answer = await site.PostAsync("/vote", Vote("withdraw"), Voter);
        site.Backend.Received.ShouldContain(("DELETE", "/api/votes/cursor-2-0", "voter=known-voter", ""));
    }

    [Fact]
    public async Task A_first_vote_is_asked_about_before_any_cookie_is_set()
    {
        await using var site = await Site.OpenAsync();
        using var asked = await site.PostAsync("/vote", Vote());
        asked.Headers.Contains("Set-Cookie").ShouldBeFalse();
        var page = await Site.ReadAsync(asked);
        page.Words("h1").ShouldBe("Before your first vote");
        page.QuerySelector("form[action='/vote/first'] [name=return]")!.GetAttribute("value").ShouldBe(Back);
        page.Words("main").ShouldContain("vote ship on Cursor 2.0");
        site.Backend.Received.ShouldAllBe(request => request.Path == "/api/catalog/tools");

        using var cast = await site.PostAsync("/vote/first", Vote());
        cast.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        cast.Headers.GetValues("Set-Cookie").Single().ShouldStartWith("voter=fresh-voter;");
        site.Backend.Received.ShouldContain(("PUT", "/api/votes/cursor-2-0", "voter=fresh-voter", """{"choice":"ship"}"""));
    }

    [Fact]
    public async Task Where_too_many_new_voters_come_from_a_person_is_told_so_and_not_that_the_ledger_is_away()
    {
        await using var site = await Site.OpenAsync();
        site.Backend.NoNewVoters = true;
        using var answer = await site.PostAsync("/vote/first", Vote());
        answer.Headers.RetryAfter!.ToString().ShouldBe("1800");
        answer.Headers.Contains("Set-Cookie").ShouldBeFalse();
        var page = await Site.ReadAsync(answer, HttpStatusCode.TooManyRequests);
        page.Words("h1").ShouldBe("Many new voters came from where you are");
        page.Words("main").ShouldContain("Please try again in 30 minutes.");
    }

    [Theory]
    [InlineData(429, false)]
    [InlineData(503, true)]
    public async Task A_first_vote_leaves_a_voter_with_the_reader_unless_it_was_surely_not_taken(int voting, bool leaves)
    {
        await using var site = await Site.OpenAsync();
        site.Backend.VotingAnswers = voting;
        using var answer = await site.PostAsync("/vote/first", Vote());
        ((int)answer.StatusCode).ShouldBe(voting);
        answer.Headers.Contains("Set-Cookie").ShouldBe(leaves);
    }

    [Fact]
    public async Task Without_the_catalog_a_first_vote_is_asked_about_all_the_same()
    {
        await using var site = await Site.OpenAsync();
        site.Backend.Down["Catalog"] = true;
        using var asked = await site.PostAsync("/vote", Vote());
        (await Site.ReadAsync(asked)).Words("main").ShouldContain("vote ship on this tool");
    }

    [Fact]
    public async Task A_voter_Voting_no_longer_knows_is_asked_anew()
    {
        await using var site = await Site.OpenAsync();
        site.Backend.VotingAnswers = 401;
        using var answer = await site.PostAsync("/vote", Vote(), Voter);
        (await Site.ReadAsync(answer)).Words("h1").ShouldBe("Before your first vote");
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example/")]
    [InlineData("/\\evil.example")]
    [InlineData("/\t/evil.example")]
    [InlineData("javascript:alert(1)")]
    [InlineData("")]
    public async Task The_way_back_never_leaves_the_site(string back)
    {
        await using var site = await Site.OpenAsync();
        using var answer = await site.PostAsync("/vote", Vote(back: back), Voter);
        answer.Headers.Location!.ToString().ShouldBe("/tools/cursor-2-0");
    }

    [Theory]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    public async Task Another_sites_form_is_refused(string header, string value)
    {
        await using var site = await Site.OpenAsync();
        using var answer = await site.PostAsync("/vote", Vote(), Voter, (header, value));
        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        using var first = await site.PostAsync("/vote/first", Vote(), (header, value));
        first.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        site.Backend.Received.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(429, HttpStatusCode.TooManyRequests)]
    [InlineData(503, HttpStatusCode.ServiceUnavailable)]
    public async Task A_vote_not_taken_is_said_kindly_with_a_time_to_come_back(int voting, HttpStatusCode expected)
    {
        await using var site = await Site.OpenAsync();
        site.Backend.VotingAnswers = voting;
        using var answer = await site.PostAsync("/vote", Vote(), Voter);
        answer.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(30));
        (await Site.ReadAsync(answer, expected)).Words("main").ShouldContain("try again", Case.Insensitive);
    }

    [Theory]
    [InlineData("cursor-2-0", "maybe")]
    [InlineData("../admin", "ship")]
    [InlineData("", "")]
    public async Task A_form_that_is_no_vote_is_refused(string tool, string choice)
    {
        await using var site = await Site.OpenAsync();
        using var answer = await site.PostAsync("/vote", Vote(choice, tool: tool), Voter);
        await Site.ReadAsync(answer, HttpStatusCode.BadRequest);
        site.Backend.Received.ShouldBeEmpty();
    }
}
