using System.Net;

namespace Web.Tests;

public class ComparisonPageTests
{
    private const string Pair = "/compare/cursor-2-0-vs-smolvlm2-2b";

    [Fact]
    public async Task Sets_two_tools_side_by_side_completely()
    {
        await using var site = await Site.OpenAsync();
        site.Backend.Votes["smolvlm2-2b"] = (12, 3);
        var page = await site.PageAsync(Pair);

        page.Words("main").ShouldContain("AI tool comparison");
        page.Words("h1").ShouldBe("Cursor 2.0 vs SmolVLM2-2B");
        page.Words("main").ShouldContain("which one should you ship with?");
        var stands = page.QuerySelectorAll("article");
        stands.Length.ShouldBe(2);
        stands[0].Words("h2").ShouldBe("Cursor 2.0");
        stands[0].Words().ShouldContain("Community ship % — no votes yet");
        stands[1].Words().ShouldContain("Community ship % 80.0% 15 votes");
        stands[1].Words("[data-show=range]").ShouldBe("Likely between 54.8% and 93.0%");
        var cards = page.QuerySelectorAll(".about");
        cards.Length.ShouldBe(2);
        cards[0].Words().ShouldContain("Developer Tools");
        cards[0].Words("h3").ShouldBe("Cursor 2.0");
        cards[0].Words().ShouldContain("What Cursor 2.0 is for, in one line");
        cards[0].Words().ShouldContain("Panel ship % 100% 4 of 4 reviewers");
        cards[0].Words().ShouldContain("Entry price Free");
        cards[0].Words().ShouldContain("Cursor 2.0 described over a sentence or two");
        page.Words("main").ShouldContain("Both start free; what you pay later differs in kind.");
        page.QuerySelectorAll(".prices tbody tr").Length.ShouldBe(4);
        page.Words(".prices").ShouldContain("Pro $20 a month");
        page.Words(".sign-up").ShouldContain("Weekly AI Tool Verdicts");
    }

    [Fact]
    public async Task Scorecard_puts_common_reviewers_first_and_pairs_the_others_under_their_own_names()
    {
        await using var site = await Site.OpenAsync();
        var page = await site.PageAsync(Pair);

        var rows = page.QuerySelectorAll(".scorecard tbody tr").Select(row => row.Words()).ToList();
        rows.Count.ShouldBe(4);
        rows[0].ShouldContain("The Builder");
        rows[0].ShouldContain("Keeping the plan apart");
        rows[0].ShouldContain("It drops into the pipeline");
        rows[3].ShouldContain("The Product Lead, Product Lead");
        rows[3].ShouldContain("The Founder, Founder");
        rows.ShouldAllBe(row => row.Split("Ship", StringSplitOptions.None).Length == 3, "each row has a verdict on each tool");
        page.Words("main").ShouldContain("The panel agrees: all 8 verdicts say ship.");
    }

    [Fact]
    public async Task Says_how_a_torn_panel_splits()
    {
        await using var site = await Site.OpenAsync();
        (await site.PageAsync("/compare/cursor-2-0-vs-night-owl"))
            .Words("main")
            .ShouldContain("Cursor 2.0: all 4 say ship. Night Owl: 1 ship, 2 skip. 2 reviewers would ship the one and skip the other.");
    }

    [Theory]
    [InlineData(1, 9, true)]
    [InlineData(2, 18, true)]
    [InlineData(2, 8, false)]
    [InlineData(12, 13, false)]
    [InlineData(18, 2, false)]
    [InlineData(1, 8, false)]
    [InlineData(5, 5, false)]
    public async Task Panel_and_community_disagree_only_when_ten_voters_lean_the_other_way_and_chance_is_excluded(
        int ship,
        int skip,
        bool disagree
    )
    {
        await using var site = await Site.OpenAsync();
        site.Backend.Votes["cursor-2-0"] = (ship, skip);
        var page = await site.PageAsync(Pair);

        page.QuerySelector("[data-tool=cursor-2-0] [data-show=disagree]")!.HasAttribute("hidden").ShouldBe(!disagree);
        page.QuerySelector("[data-tool=cursor-2-0] [data-show=early]")!.HasAttribute("hidden").ShouldBe(ship + skip >= 10);
    }

    [Theory]
    [InlineData(0, 0, 0, 0, "No votes yet: yours decides.")]
    [InlineData(12, 3, 0, 0, "Only Cursor 2.0 has votes so far: 80.0% would ship it.")]
    [InlineData(0, 0, 12, 3, "Only SmolVLM2-2B has votes so far: 80.0% would ship it.")]
    [InlineData(100, 0, 0, 9, "Too early to call: 100.0% against 0.0%, from few votes.")]
    [InlineData(61, 39, 50, 50, "Too close to call: 61.0% against 50.0%.")]
    [InlineData(61000, 39000, 500, 500, "The community leans to Cursor 2.0: 61.0% against 50.0%.")]
    [InlineData(500, 500, 61000, 39000, "The community leans to SmolVLM2-2B: 61.0% against 50.0%.")]
    public async Task Answers_its_question_in_one_sentence_that_names_a_winner_only_where_chance_would_hardly_make_one(
        int shipA,
        int skipA,
        int shipB,
        int skipB,
        string answer
    )
    {
        await using var site = await Site.OpenAsync();
        site.Backend.Votes["cursor-2-0"] = (shipA, skipA);
        site.Backend.Votes["smolvlm2-2b"] = (shipB, skipB);
        (await site.PageAsync(Pair)).Words(".answer").ShouldBe(answer);
    }

    [Fact]
    public async Task Asks_its_question_once()
    {
        await using var site = await Site.OpenAsync();
        var words = (await site.PageAsync(Pair)).Words("main");
        words.Split("which one should you ship with?").Length.ShouldBe(2);
        words.Split("Cursor 2.0 vs SmolVLM2-2B").Length.ShouldBe(3, "the heading and the way there");
    }

    [Theory]
    [InlineData(0, "Counted. You are the first to ship Cursor 2.0; so would 4 of 4 reviewers.")]
    [InlineData(1, "Counted. You are the first to ship Cursor 2.0; so would 4 of 4 reviewers.")]
    [InlineData(2, "Counted. You and one other would ship Cursor 2.0; so would 4 of 4 reviewers.")]
    [InlineData(61002, "Counted. You and 61,001 others would ship Cursor 2.0; so would 4 of 4 reviewers.")]
    public async Task A_vote_is_thanked_for_with_whom_it_has_joined_and_what_comes_next(int ship, string thanks)
    {
        await using var site = await Site.OpenAsync();
        (await site.PageAsync(Pair)).Words(".thanks").ShouldStartWith("No account needed.");
        site.Backend.Votes["cursor-2-0"] = (ship, 7);
        (await site.PageAsync(Pair, HttpStatusCode.OK, ("Cookie", "voter=known-voter")))
            .Words(".thanks")
            .ShouldBe(thanks + " Now SmolVLM2-2B?");
    }

    [Fact]
    public async Task Shows_the_reader_their_own_vote()
    {
        await using var site = await Site.OpenAsync();
        var page = await site.PageAsync(Pair, HttpStatusCode.OK, ("Cookie", "other=secret; voter=known-voter"));

        page.QuerySelector("[data-vote=cursor-2-0] [value=ship]")!.GetAttribute("aria-pressed").ShouldBe("true");
        page.Words("[data-vote=cursor-2-0] .own").ShouldStartWith("Your vote: ship.");
        page.QuerySelector("[data-vote=smolvlm2-2b] [aria-pressed=true]").ShouldBeNull();
        site.Backend.Received.ShouldContain(
            request => request.Path == "/api/votes" && request.Cookie == "voter=known-voter",
            "only the voter's cookie is passed on"
        );
    }

    [Theory]
    [InlineData("counted", null)]
    [InlineData("held", "Recorded, not counted yet: many first votes came from your network. We decide by 18:04 UTC on November 22.")]
    [InlineData("void", "Not counted: it belongs to a group of votes that was taken out.")]
    public async Task Says_of_the_reader_s_own_vote_whether_it_is_counted(string state, string? why)
    {
        await using var site = await Site.OpenAsync();
        site.Backend.OwnState = state;
        var page = await site.PageAsync(Pair, HttpStatusCode.OK, ("Cookie", "voter=known-voter"));

        page.Words("[data-vote=cursor-2-0] [data-own-text]").ShouldBe($"Your vote: ship. {why}".TrimEnd());
        page.Words(".thanks").ShouldStartWith(why is null ? "Counted. " : "Recorded: ship Cursor 2.0. It ");
        page.QuerySelector("[data-vote=cursor-2-0] [value=ship]")!.GetAttribute("aria-pressed").ShouldBe("true");
        // Where panel.js goes on from.
        page.QuerySelector("[data-vote=cursor-2-0]")!.GetAttribute("data-state").ShouldBe(why is null ? null : state);
    }

    [Fact]
    public async Task Is_complete_but_for_the_numbers_while_Tally_is_down()
    {
        await using var site = await Site.OpenAsync();
        site.Backend.Down["Tally"] = true;
        var page = await site.PageAsync(Pair);

        page.Words(".about").ShouldContain("100%");
        page.Words(".answer").ShouldBe("Live numbers are unavailable right now.");
        page.Words("article").ShouldContain("Live numbers are unavailable right now.");
        page.Words("article [data-show=percent]").ShouldBe("—");
    }

    [Fact]
    public async Task Is_shown_without_own_votes_while_Voting_is_down()
    {
        await using var site = await Site.OpenAsync();
        site.Backend.Down["Voting"] = true;
        await site.PageAsync(Pair, HttpStatusCode.OK, ("Cookie", "voter=known-voter"));
    }

    [Fact]
    public async Task Alphabetical_is_canonical_and_the_reverse_redirects_for_good()
    {
        await using var site = await Site.OpenAsync();
        using var reverse = await site.GetAsync("/compare/smolvlm2-2b-vs-cursor-2-0");
        reverse.StatusCode.ShouldBe(HttpStatusCode.MovedPermanently);
        reverse.Headers.Location!.ToString().ShouldBe(Pair);
        (await site.PageAsync(Pair))
            .QuerySelector("link[rel=canonical]")!
            .GetAttribute("href")
            .ShouldBe(new Uri(site.Address, Pair).AbsoluteUri);
    }

    [Fact]
    public async Task A_tool_compared_with_itself_is_explained_and_another_one_is_asked_for()
    {
        await using var site = await Site.OpenAsync();
        foreach (
            var (path, status) in ((string, HttpStatusCode)[])
                [
                    ("/compare/night-owl-vs-night-owl", HttpStatusCode.NotFound),
                    ("/compare?a=night-owl&b=night-owl", HttpStatusCode.BadRequest),
                ]
        )
        {
            var page = await site.PageAsync(path, status);
            page.Words("[role=alert]").ShouldBe("A tool can’t be compared with itself. Choose another tool.");
            page.QuerySelectorAll("select")
                .Select(select => select.QuerySelector("option[selected]")!.GetAttribute("value")!)
                .ShouldBe(["night-owl", "cursor-2-0"]);
            page.QuerySelector("meta[name=robots]").ShouldNotBeNull();
        }
    }

    [Theory]
    [InlineData("/tools/Cursor-2-0", "/tools/cursor-2-0")]
    [InlineData("/tools/CURSOR-2-0?from=mail", "/tools/cursor-2-0?from=mail")]
    [InlineData("/compare/Cursor-2-0-vs-SmolVLM2-2B", Pair)]
    [InlineData("/compare/cursor-2-0-VS-smolvlm2-2b", Pair)]
    [InlineData("/categories/Developer-Tools", "/categories/developer-tools")]
    public async Task An_address_with_capitals_redirects_for_good(string path, string to)
    {
        await using var site = await Site.OpenAsync();
        using var answer = await site.GetAsync(path);
        answer.StatusCode.ShouldBe(HttpStatusCode.MovedPermanently);
        answer.Headers.Location!.ToString().ShouldBe(to);
    }

    [Theory]
    [InlineData("/tools/halo-vs", "/tools/cursor-2-0")]
    [InlineData("/compare/halo-vs-vs-smolvlm2-2b", Pair)]
    [InlineData("/compare/smolvlm2-2b-vs-halo-vs", Pair)]
    public async Task The_former_addresses_of_a_tool_that_moved_lead_to_the_present_ones(string path, string to)
    {
        await using var site = await Site.OpenAsync();
        using var answer = await site.GetAsync(path);
        answer.StatusCode.ShouldBe(HttpStatusCode.MovedPermanently);
        answer.Headers.Location!.ToString().ShouldBe(to);
    }

    [Fact]
    public async Task The_picker_leads_to_the_canonical_page()
    {
        await using var site = await Site.OpenAsync();
        using var answer = await site.GetAsync("/compare?a=smolvlm2-2b&b=cursor-2-0");
        answer.Headers.Location!.ToString().ShouldBe(Pair);
    }

    [Fact]
    public async Task A_pair_nobody_curated_is_shown_but_kept_out_of_search_engines()
    {
        await using var site = await Site.OpenAsync();
        (await site.PageAsync("/compare/cursor-2-0-vs-night-owl"))
            .QuerySelector("meta[name=robots]")!
            .GetAttribute("content")
            .ShouldBe("noindex");
        (await site.PageAsync(Pair)).QuerySelector("meta[name=robots]").ShouldBeNull();
    }

    [Fact]
    public async Task An_unknown_tool_is_a_404_page()
    {
        await using var site = await Site.OpenAsync();
        (await site.PageAsync("/compare/cursor-2-0-vs-nothing", HttpStatusCode.NotFound))
            .Words("h1")
            .ShouldBe("There is no such comparison");
    }

    [Fact]
    public async Task Without_the_catalog_the_page_says_when_to_come_back()
    {
        await using var site = await Site.OpenAsync();
        site.Backend.Down["Catalog"] = true;
        using var answer = await site.GetAsync(Pair);
        answer.Headers.RetryAfter.ShouldNotBeNull();
        (await Site.ReadAsync(answer, HttpStatusCode.ServiceUnavailable)).Words("h1").ShouldBe("We’ll be right back");
    }
}
