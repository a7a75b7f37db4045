using System.Net;

namespace Web.Tests;

public class VotingByFormTests
{
    private const string Back = "/compare/cursor-2-0-vs-smolvlm2-2b";
    private static readonly (string, string) Voter = ("Cookie", "voter=known-voter");

    private static Dictionary<string, string> Vote(string choice = "ship", string back = Back, string tool = "cursor-2-0") =>
        new()
        {
            ["tool"] = tool,
            ["choice"] = choice,
            ["return"] = back,
        };

    private static Dictionary<string, string> FirstVote() => new(Vote()) { ["nonce"] = "aSfq3zV0cWn1aP9mYx0eV7u8wQ2bT5nR4sD6fG8hJ0k" };

    [Fact]
    public async Task A_voter_casts_and_is_sent_back()
    {
        await using var site = await Site.OpenAsync();
        using var answer = await site.PostAsync("/vote", Vote("skip"), Voter);

        answer.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        answer.Headers.Location!.ToString().ShouldBe(Back + "#vote-cursor-2-0");
        (await site.PageAsync(Back))
            .QuerySelector("#vote-cursor-2-0")!
            .GetAttribute("data-vote")
            .ShouldBe("cursor-2-0", "what became of the vote is in view");
        site.Backend.Received.ShouldContain(("PUT", "/api/votes/cursor-2-0", "voter=known-voter", """{"choice":"skip"}"""));
    }

    [Fact]
    public async Task One_vote_the_same_choice_pressed_again_is_cast_again_and_never_withdrawn()
    {
        await using var site = await Site.OpenAsync();
        for (var press = 0; press < 3; press++)
            (await site.PostAsync("/vote", Vote(), Voter)).Dispose();
        site.Backend.Received.Where(request => request.Path == "/api/votes/cursor-2-0")
            .Select(request => (request.Method, request.Body))
            .ShouldBe(Enumerable.Repeat(("PUT", """{"choice":"ship"}"""), 3));
    }

    [Fact]
    public async Task Withdrawing_deletes_the_vote()
    {
        await using var site = await Site.OpenAsync();
        using var answer = await site.PostAsync("/vote", Vote("withdraw"), Voter);
        site.Backend.Received.ShouldContain(("DELETE", "/api/votes/cursor-2-0", "voter=known-voter", ""));
    }

    [Fact]
    public async Task A_first_vote_is_asked_about_on_a_page_that_can_be_gone_back_to_before_any_cookie_is_set()
    {
        await using var site = await Site.OpenAsync();
        using var sent = await site.PostAsync("/vote", Vote());
        sent.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        sent.Headers.Contains("Set-Cookie").ShouldBeFalse();
        using var asked = await site.GetAsync(sent.Headers.Location!.ToString());
        asked.Headers.Contains("Set-Cookie").ShouldBeFalse();
        var page = await Site.ReadAsync(asked);
        page.Words("h1").ShouldBe("Before your first vote");
        page.QuerySelector("form[action='/vote/first'] [name=return]")!.GetAttribute("value").ShouldBe(Back);
        page.Words("main").ShouldContain("vote ship on Cursor 2.0");
        site.Backend.Received.ShouldAllBe(request => request.Path == "/api/catalog/tools");

        using var cast = await site.PostAsync("/vote/first", Fields(page));
        cast.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        cast.Headers.GetValues("Set-Cookie").Single().ShouldStartWith("voter=fresh-voter;");
        using var done = await site.GetAsync(cast.Headers.Location!.ToString(), ("Cookie", "voter=fresh-voter"));
        done.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        done.Headers.Location!.ToString().ShouldBe(Back + "#vote-cursor-2-0");
    }

    [Fact]
    public async Task One_vote_the_form_of_a_first_vote_sent_twice_is_one_voter_made_by_the_request_that_casts()
    {
        await using var site = await Site.OpenAsync();
        var page = await site.PageAsync($"/vote/first?tool=cursor-2-0&choice=ship&return={Back}");
        using var once = await site.PostAsync("/vote/first", Fields(page));
        using var again = await site.PostAsync("/vote/first", Fields(page));

        var sent = site.Backend.Received.Where(request => request.Method == "PUT").Select(request => request.Body).ToList();
        sent.ShouldBe([sent[0], sent[0]]);
        sent[0].ShouldBe($$"""{"choice":"ship","voter":"new","nonce":"{{Fields(page)["nonce"]}}"}""");
        site.Backend.Received.ShouldNotContain(request => request.Path == "/api/voters");
        Fields(await site.PageAsync($"/vote/first?tool=cursor-2-0&choice=ship&return={Back}"))["nonce"]
            .ShouldNotBe(Fields(page)["nonce"], "each reader's page has its own");
    }

    [Fact]
    public async Task A_browser_that_did_not_keep_the_cookie_is_told_so()
    {
        await using var site = await Site.OpenAsync();
        using var cast = await site.PostAsync(
            "/vote/first",
            Fields(await site.PageAsync($"/vote/first?tool=cursor-2-0&choice=ship&return={Back}"))
        );
        var page = await site.PageAsync(cast.Headers.Location!.ToString());
        page.Words("h1").ShouldBe("Your browser blocks cookies");
        page.Words("main").ShouldContain("Allow cookies for this site");
    }

    private static Dictionary<string, string> Fields(AngleSharp.Dom.IParentNode page) =>
        page.QuerySelectorAll("main form input").ToDictionary(field => field.GetAttribute("name")!, field => field.GetAttribute("value")!);

    [Fact]
    public async Task Where_too_many_new_voters_come_from_a_person_is_told_so_and_not_that_the_ledger_is_away()
    {
        await using var site = await Site.OpenAsync();
        site.Backend.NoNewVoters = true;
        using var answer = await site.PostAsync("/vote/first", FirstVote());
        answer.Headers.RetryAfter!.ToString().ShouldBe("1800");
        answer.Headers.Contains("Set-Cookie").ShouldBeFalse();
        var page = await Site.ReadAsync(answer, HttpStatusCode.TooManyRequests);
        page.Words("h1").ShouldBe("Many new voters came from your network");
        page.Words("main").ShouldContain("Please try again in 30 minutes.");
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task One_vote_a_first_vote_that_was_not_taken_is_kept_on_a_page_that_sends_it_again_as_the_same_voter(int voting)
    {
        await using var site = await Site.OpenAsync();
        site.Backend.VotingAnswers = voting;
        using var answer = await site.PostAsync("/vote/first", FirstVote());
        answer.Headers.Contains("Set-Cookie").ShouldBeFalse();
        var page = await Site.ReadAsync(answer, (HttpStatusCode)voting);
        page.Words("main").ShouldContain("Your choice is kept on this page: ship.");
        page.Words("main form button").ShouldBe("Send again");

        site.Backend.VotingAnswers = 200;
        using var again = await site.PostAsync(page.QuerySelector("main form")!.GetAttribute("action")!, Fields(page));
        again.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        site.Backend.Received.Where(request => request.Method == "PUT").Select(request => request.Body).Distinct().Count().ShouldBe(1);
    }

    [Theory]
    [InlineData("")]
    [InlineData("AAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==")]
    public async Task A_first_vote_without_a_nonce_is_asked_about_again(string nonce)
    {
        await using var site = await Site.OpenAsync();
        using var answer = await site.PostAsync("/vote/first", new(Vote()) { ["nonce"] = nonce });
        answer.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        answer.Headers.Location!.ToString().ShouldStartWith("/vote/first?");
        site.Backend.Received.ShouldBeEmpty();
    }

    [Fact]
    public async Task Without_the_catalog_a_first_vote_is_asked_about_all_the_same()
    {
        await using var site = await Site.OpenAsync();
        site.Backend.Down["Catalog"] = true;
        using var asked = await site.PostAsync("/vote", Vote());
        (await site.PageAsync(asked.Headers.Location!.ToString())).Words("main").ShouldContain("vote ship on this tool");
    }

    [Fact]
    public async Task A_voter_Voting_no_longer_knows_is_asked_anew()
    {
        await using var site = await Site.OpenAsync();
        site.Backend.VotingAnswers = 401;
        using var answer = await site.PostAsync("/vote", Vote(), Voter);
        (await site.PageAsync(answer.Headers.Location!.ToString())).Words("h1").ShouldBe("Before your first vote");
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
        answer.Headers.Location!.ToString().ShouldBe("/tools/cursor-2-0#vote-cursor-2-0");
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
