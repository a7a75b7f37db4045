using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using MimeKit;
using Shouldly;
using Xunit;

namespace Newsletter.Tests;

public sealed class IssueTests : IAsyncLifetime
{
    private static readonly DateTimeOffset NextMonday = new(2026, 11, 30, 8, 0, 0, TimeSpan.Zero);
    private readonly Press _press = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;
    public ValueTask DisposeAsync() => _press.DisposeAsync();

    private static bool IsIssue(MimeMessage mail) => mail.Headers.Contains(HeaderId.ListUnsubscribe);
    private Task Decided(string week) => Press.Eventually(async () => await _press.CountAsync($"select count(*) from weeks where week = '{week}'") == 1, $"{week} is decided");

    /// <summary>A press whose readers have confirmed in a week that had nothing new.</summary>
    private async Task<HttpClient> WithReadersAsync(params string[] readers)
    {
        var client = await _press.StartAsync();
        await Decided("2026-w48");
        foreach (var reader in readers)
            await _press.SubscribeAsync(client, reader);
        return client;
    }

    private void NextWeek()
    {
        _press.Publish("alpha", "beta", Press.Start.AddDays(1));
        _press.Time.Advance(NextMonday - _press.Time.GetUtcNow());
    }

    [Fact]
    public async Task The_weekly_issue_reaches_every_confirmed_reader_and_the_archive()
    {
        var client = await WithReadersAsync("ada@example.org", "bob@example.org");
        await client.PostAsJsonAsync("/api/newsletter/subscriptions", new { email = "pending@example.org" });
        await _press.MailToAsync("pending@example.org");
        NextWeek();

        var mail = await _press.MailToAsync("ada@example.org", IsIssue);
        await _press.MailToAsync("bob@example.org", IsIssue);
        mail.Subject!.ShouldBe("Weekly AI Tool Verdicts: ALPHA vs BETA");
        mail.Headers[HeaderId.ListUnsubscribePost].ShouldBe("List-Unsubscribe=One-Click");
        mail.Headers[HeaderId.ListUnsubscribe].ShouldStartWith("<https://verdicts.example/api/newsletter/unsubscribe?token=");
        mail.TextBody!.ShouldContain("https://verdicts.example/compare/alpha-vs-beta");
        mail.TextBody!.ShouldContain("https://verdicts.example/newsletter/unsubscribe?token=");
        mail.TextBody!.ShouldContain("80% ship, from 15 votes");
        mail.TextBody!.ShouldNotContain("Gone");
        mail.HtmlBody!.ShouldContain("Beta &lt;3");
        await _press.QuietAsync();
        _press.Mails().Count(IsIssue).ShouldBe(2);

        var archive = JsonNode.Parse(await client.GetStringAsync("/api/newsletter/issues"))!["issues"]!.AsArray();
        archive.Single()!["week"]!.GetValue<string>().ShouldBe("2026-w49");
        var issue = JsonNode.Parse(await client.GetStringAsync("/api/newsletter/issues/2026-w49"))!;
        issue["publishedAt"]!.GetValue<DateTimeOffset>().ShouldBe(NextMonday);
        issue["sections"]!.AsArray().Select(s => s!["title"]!.GetValue<string>()).ShouldBe(["New comparisons", "What readers would ship", "Where readers disagree most"]);
        issue["sections"]![0]!["links"]![0]!.ToJsonString().ShouldContain("\"path\":\"/compare/alpha-vs-beta\"");
        issue["intro"]!.GetValue<string>().ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("2020-w01")]
    [InlineData("nonsense")]
    [InlineData("2026-w4\0")]
    [InlineData("２０２６-w48")]
    public async Task An_unknown_week_is_not_found(string week)
    {
        var client = await _press.StartAsync();
        (await client.GetAsync($"/api/newsletter/issues/{Uri.EscapeDataString(week)}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Two_replicas_send_one_issue_once()
    {
        await WithReadersAsync("ada@example.org", "bob@example.org", "carol@example.org");
        await _press.StartAsync();
        await _press.StartAsync();
        NextWeek();
        await Decided("2026-w49");
        await _press.QuietAsync();
        _press.Mails().Count(IsIssue).ShouldBe(3);
        (await _press.CountAsync("select count(*) from mails where kind = 'issue'")).ShouldBe(3);
        (await _press.CountAsync("select count(*) from mails where kind = 'issue' and attempts > 1")).ShouldBe(0);
    }

    [Fact]
    public async Task A_week_with_nothing_new_sends_nothing_and_says_so()
    {
        await WithReadersAsync("ada@example.org");
        _press.Time.Advance(NextMonday - _press.Time.GetUtcNow());
        await Decided("2026-w49");
        await _press.QuietAsync();
        _press.Mails().Count(IsIssue).ShouldBe(0);
        _press.Logs.ShouldContain("Issue 2026-w49 has nothing new");
    }

    [Fact]
    public async Task A_press_that_was_down_on_Monday_catches_up_with_one_issue_and_tells_no_news_twice()
    {
        await WithReadersAsync("ada@example.org");
        await _press.StopAllAsync();
        _press.Publish("alpha", "beta", Press.Start.AddDays(1));
        _press.Time.Advance(TimeSpan.FromDays(17));
        await _press.StartAsync();
        await _press.MailToAsync("ada@example.org", IsIssue);
        await _press.StopAllAsync();
        await _press.StartAsync();
        await _press.QuietAsync();
        (await _press.CountAsync("select count(*) from issues")).ShouldBe(1);

        _press.Time.Advance(TimeSpan.FromDays(7));
        await Decided("2026-w51");
        await _press.QuietAsync();
        _press.Mails().Count(IsIssue).ShouldBe(1);
    }

    [Fact]
    public async Task One_click_from_a_mail_provider_ends_the_subscription_and_forgets_the_address()
    {
        var client = await WithReadersAsync("ada@example.org");
        NextWeek();
        var issue = await _press.MailToAsync("ada@example.org", IsIssue);
        var address = new Uri(issue.Headers[HeaderId.ListUnsubscribe]!.Trim('<', '>')).PathAndQuery;

        (await client.PostAsync(address, new FormUrlEncodedContent([]))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await client.PostAsync(address, Form("something", "else"))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await client.PostAsync(address, JsonContent.Create(new { }))).StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        (await client.PostAsync("/api/newsletter/unsubscribe?token=x", Form("List-Unsubscribe", "One-Click"))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await client.PostAsync("/api/newsletter/unsubscribe", Form("List-Unsubscribe", "One-Click"))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await _press.CountAsync("select count(*) from subscribers where status = 'confirmed'")).ShouldBe(1);

        var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = Form("List-Unsubscribe", "One-Click") };
        request.Headers.Add("Origin", "https://mail.example");
        (await client.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await client.PostAsync(address, Form("List-Unsubscribe", "One-Click"))).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await _press.CountAsync("select count(*) from subscribers where address is not null")).ShouldBe(0);

        _press.Publish("alpha", "gone", NextMonday.AddDays(1));
        _press.Time.Advance(TimeSpan.FromDays(7));
        await Decided("2026-w50");
        await _press.QuietAsync();
        _press.Mails().Count(IsIssue).ShouldBe(1);
    }

    [Fact]
    public async Task Unsubscribing_on_the_page_works_once_and_again_and_an_old_confirmation_link_does_not_undo_it()
    {
        var client = await WithReadersAsync("ada@example.org");
        var confirmation = Press.TokenIn(await _press.MailToAsync("ada@example.org"));
        NextWeek();
        var token = Press.TokenIn(await _press.MailToAsync("ada@example.org", IsIssue));
        for (var time = 0; time < 2; time++)
        {
            var answer = await client.PostAsJsonAsync("/api/newsletter/unsubscriptions", new { token });
            (await answer.Content.ReadAsStringAsync()).ShouldBe("{\"status\":\"unsubscribed\"}");
        }

        (await client.PostAsJsonAsync("/api/newsletter/confirmations", new { token = confirmation })).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await client.PostAsJsonAsync("/api/newsletter/confirmations", new { token })).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    private static FormUrlEncodedContent Form(string name, string value) => new([new(name, value)]);
}
