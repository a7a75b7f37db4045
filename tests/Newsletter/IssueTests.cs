using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MimeKit;
using Shouldly;
using Testing.Servers;
using Xunit;

namespace Newsletter.Tests;

public abstract class IssueTests(SharedPostgres? postgres) : IAsyncLifetime
{
    private Press _press = null!;

    public async ValueTask InitializeAsync() => _press = await Press.OnAsync(postgres);

    public ValueTask DisposeAsync() => _press.DisposeAsync();

    private async Task NextWeekAsync()
    {
        _press.Publish("alpha", "beta", Press.Start.AddDays(1));
        await _press.MondayComesAsync();
    }

    [Fact]
    public async Task The_weekly_issue_reaches_every_confirmed_reader_and_the_archive()
    {
        var client = await _press.WithReadersAsync("ada@example.org", "bob@example.org");
        await client.PostAsJsonAsync("/api/newsletter/subscriptions", new { email = "pending@example.org" });
        await _press.MailToAsync("pending@example.org");
        await NextWeekAsync();

        var mail = await _press.MailToAsync("ada@example.org", Press.IsIssue);
        await _press.MailToAsync("bob@example.org", Press.IsIssue);
        mail.Subject!.ShouldBe("Weekly AI Tool Verdicts: ALPHA vs BETA");
        mail.Headers[HeaderId.ListUnsubscribePost].ShouldBe("List-Unsubscribe=One-Click");
        mail.Headers[HeaderId.ListUnsubscribe].ShouldStartWith("<https://verdicts.example/api/newsletter/unsubscribe?token=");
        mail.TextBody!.ShouldContain("https://verdicts.example/compare/alpha-vs-beta");
        mail.TextBody!.ShouldContain("https://verdicts.example/newsletter/unsubscribe?token=");
        mail.TextBody!.ShouldContain("80.0% ship, from 15 votes");
        mail.TextBody!.ShouldContain("50.0% ship, from 24 votes");
        mail.TextBody!.ShouldNotContain("gone", Case.Insensitive);
        mail.HtmlBody!.ShouldContain("Beta &lt;3");
        await _press.QuietAsync();
        _press.Mails().Count(Press.IsIssue).ShouldBe(2);

        var archive = JsonNode.Parse(await client.GetStringAsync("/api/newsletter/issues"))!["issues"]!.AsArray();
        archive.Single()!["week"]!.GetValue<string>().ShouldBe("2026-w49");
        var issue = JsonNode.Parse(await client.GetStringAsync("/api/newsletter/issues/2026-w49"))!;
        issue["publishedAt"]!.GetValue<DateTimeOffset>().ShouldBeInRange(Press.NextMonday, Press.NextMonday.AddHours(6));
        issue["sections"]!
            .AsArray()
            .Select(s => s!["title"]!.GetValue<string>())
            .ShouldBe(["New comparisons", "What readers would ship", "Where readers disagree most"]);
        issue["sections"]![0]!["links"]![0]!.ToJsonString().ShouldContain("\"path\":\"/compare/alpha-vs-beta\"");
        issue["intro"]!.GetValue<string>().ShouldNotBeEmpty();
    }

    [Fact]
    public async Task The_mail_says_what_mailing_lists_say_and_reads_without_anything_fetched()
    {
        var client = await _press.WithReadersAsync("ada@example.org");
        await NextWeekAsync();
        var confirmation = await _press.MailToAsync("ada@example.org", Press.IsConfirmation);
        var issue = await _press.MailToAsync("ada@example.org", Press.IsIssue);
        issue.Headers[HeaderId.ListId].ShouldBe("Weekly AI Tool Verdicts <verdicts.verdicts.example>");
        issue.Headers[HeaderId.ListArchive].ShouldBe("<https://verdicts.example/newsletter>");
        issue.Date.ShouldBeInRange(Press.NextMonday, Press.NextMonday.AddHours(6));
        var subscriber = (string)(await _press.ScalarAsync("select id from subscribers"))!;
        issue.MessageId.ShouldBe($"2026-w49-{subscriber}@verdicts.example");
        confirmation.Headers.ShouldNotContain(header => header.Field.StartsWith("List-", StringComparison.Ordinal));

        foreach (var mail in (MimeMessage[])[confirmation, issue])
        {
            mail.Headers["Auto-Submitted"].ShouldBe("auto-generated");
            // The plain text first, the richer form last, as RFC 2046 wants alternatives.
            mail.Body.ShouldBeOfType<MultipartAlternative>()
                .Select(part => part.ContentType.MimeType)
                .ShouldBe(["text/plain", "text/html"]);
            foreach (var absent in (string[])["<style", "<script", "<img", "<table", "src=", "url("])
                mail.HtmlBody!.ShouldNotContain(absent);
            mail.HtmlBody!.ShouldContain("<meta name=\"color-scheme\" content=\"light dark\">");
            mail.TextBody!.Split('\n').ShouldAllBe(line => line.Length < 998);
        }

        issue.HtmlBody!.ShouldContain("mso-hide:all\">ALPHA vs BETA</div>");
        // Every link of the one part is in the other.
        foreach (Match link in Regex.Matches(issue.HtmlBody!, "href=\"([^\"]+)\"", RegexOptions.None, TimeSpan.FromSeconds(1)))
            issue.TextBody!.ShouldContain(WebUtility.HtmlDecode(link.Groups[1].Value));
    }

    [Fact]
    public async Task An_archive_without_issues_is_an_empty_list()
    {
        var client = await _press.StartAsync();
        (await client.GetStringAsync("/api/newsletter/issues")).ShouldBe("{\"issues\":[]}");
    }

    [Theory]
    [InlineData("2020-w01")]
    [InlineData("nonsense")]
    [InlineData("２０２６-w48")]
    public async Task An_unknown_week_is_not_found(string week)
    {
        var client = await _press.StartAsync();
        (await client.GetAsync($"/api/newsletter/issues/{Uri.EscapeDataString(week)}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Two_replicas_send_one_issue_once()
    {
        await _press.WithReadersAsync("ada@example.org", "bob@example.org", "carol@example.org");
        await _press.StartAsync();
        await _press.StartAsync();
        await NextWeekAsync();
        await _press.QuietAsync();
        _press.Mails().Count(Press.IsIssue).ShouldBe(3);
        (await _press.CountAsync("select count(*) from mails where kind = 'issue'")).ShouldBe(3);
        (await _press.CountAsync("select count(*) from mails where kind = 'issue' and attempts > 1")).ShouldBe(0);
    }

    [Fact]
    public async Task A_week_with_nothing_new_sends_nothing_and_says_so()
    {
        await _press.WithReadersAsync("ada@example.org");
        await _press.MondayComesAsync();
        await _press.QuietAsync();
        _press.Mails().Count(Press.IsIssue).ShouldBe(0);
        _press.Logs.ShouldContain("Issue 2026-w49 has nothing new");
    }

    [Fact]
    public async Task A_press_that_was_down_on_Monday_catches_up_with_one_issue_and_tells_no_news_twice()
    {
        await _press.WithReadersAsync("ada@example.org");
        await _press.StopAllAsync();
        _press.Publish("alpha", "beta", Press.Start.AddDays(1));
        _press.Time.Advance(TimeSpan.FromDays(17));
        await _press.StartAsync();
        await _press.MailToAsync("ada@example.org", Press.IsIssue);
        await _press.StopAllAsync();
        await _press.StartAsync();
        await _press.QuietAsync();
        (await _press.CountAsync("select count(*) from issues")).ShouldBe(1);

        _press.Time.Advance(TimeSpan.FromDays(7));
        await _press.DecidedAsync("2026-w51");
        await _press.QuietAsync();
        _press.Mails().Count(Press.IsIssue).ShouldBe(1);
    }

    [Fact]
    public async Task One_click_from_a_mail_provider_ends_the_subscription_and_forgets_the_address()
    {
        var client = await _press.WithReadersAsync("ada@example.org");
        await NextWeekAsync();
        var issue = await _press.MailToAsync("ada@example.org", Press.IsIssue);
        var address = new Uri(issue.Headers[HeaderId.ListUnsubscribe]!.Trim('<', '>')).PathAndQuery;

        (await client.PostAsync(address, new FormUrlEncodedContent([]))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await client.PostAsync(address, Form("something", "else"))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await client.PostAsync(address, JsonContent.Create(new { }))).StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        (await client.PostAsync("/api/newsletter/unsubscribe?token=x", Form("List-Unsubscribe", "One-Click"))).StatusCode.ShouldBe(
            HttpStatusCode.NotFound
        );
        (await client.PostAsync("/api/newsletter/unsubscribe", Form("List-Unsubscribe", "One-Click"))).StatusCode.ShouldBe(
            HttpStatusCode.NotFound
        );
        (await _press.CountAsync("select count(*) from subscribers where status = 'confirmed'")).ShouldBe(1);

        var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = Form("List-Unsubscribe", "One-Click") };
        request.Headers.Add("Origin", "https://mail.example");
        (await client.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await client.PostAsync(address, Form("List-Unsubscribe", "One-Click"))).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await _press.CountAsync("select count(*) from subscribers where address is not null")).ShouldBe(0);
        await _press.AsTimePassesAsync(
            () => Task.FromResult(!_press.Mails().Any(Press.IsIssue)),
            "the issue that was sent is erased with its token"
        );

        _press.Publish("alpha", "gone", Press.NextMonday.AddDays(1));
        _press.Time.Advance(TimeSpan.FromDays(7));
        await _press.DecidedAsync("2026-w50");
        await _press.QuietAsync();
        _press.Mails().Count(Press.IsIssue).ShouldBe(0);
    }

    [Fact]
    public async Task Unsubscribing_on_the_page_works_once_and_again_and_an_old_confirmation_link_does_not_undo_it()
    {
        var client = await _press.WithReadersAsync("ada@example.org");
        var confirmation = Press.TokenIn(await _press.MailToAsync("ada@example.org", Press.IsConfirmation));
        await NextWeekAsync();
        var token = Press.TokenIn(await _press.MailToAsync("ada@example.org", Press.IsIssue));
        for (var time = 0; time < 2; time++)
        {
            var answer = await client.PostAsJsonAsync("/api/newsletter/unsubscriptions", new { token });
            (await answer.Content.ReadAsStringAsync()).ShouldBe("{\"status\":\"unsubscribed\"}");
        }

        (await client.PostAsJsonAsync("/api/newsletter/confirmations", new { token = confirmation })).StatusCode.ShouldBe(
            HttpStatusCode.NotFound
        );
        (await client.PostAsJsonAsync("/api/newsletter/confirmations", new { token })).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Who_confirms_between_two_issues_gets_the_newest_one_at_once_and_only_once()
    {
        var client = await _press.WithReadersAsync();
        await NextWeekAsync();
        await _press.SubscribeAsync(client, "late@example.org");
        (await _press.MailToAsync("late@example.org", Press.IsIssue)).Subject.ShouldBe("Weekly AI Tool Verdicts: ALPHA vs BETA");
        await client.PostAsJsonAsync(
            "/api/newsletter/confirmations",
            new { token = Press.TokenIn(await _press.MailToAsync("late@example.org", Press.IsConfirmation)) }
        );
        await _press.QuietAsync();
        _press.Mails().Count.ShouldBe(2);
    }

    [Fact]
    public async Task Who_confirms_before_the_first_issue_is_welcomed_with_a_link_to_leave()
    {
        var client = await _press.WithReadersAsync("first@example.org");
        var welcome = await _press.MailToAsync("first@example.org", Press.IsWelcome);
        welcome
            .Headers[HeaderId.ListUnsubscribe]
            .ShouldBe($"<https://verdicts.example/api/newsletter/unsubscribe?token={Press.TokenIn(welcome)}>");
        welcome.TextBody!.ShouldContain("https://verdicts.example/newsletter/unsubscribe?token=");
        (await client.PostAsJsonAsync("/api/newsletter/unsubscriptions", new { token = Press.TokenIn(welcome) })).StatusCode.ShouldBe(
            HttpStatusCode.OK
        );
        (await _press.CountAsync("select count(*) from subscribers where status = 'confirmed'")).ShouldBe(0);
    }

    private static FormUrlEncodedContent Form(string name, string value) => new([new(name, value)]);
}

public sealed class IssuesOnSqlite() : IssueTests(null);

public sealed class IssuesOnPostgres(SharedPostgres server) : IssueTests(server);
