using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Shouldly;
using Testing.Servers;
using Xunit;

namespace Newsletter.Tests;

public abstract class PreviewTests(SharedPostgres? postgres) : IAsyncLifetime
{
    private Press _press = null!;

    public async ValueTask InitializeAsync() => _press = await Press.OnAsync(postgres);

    public ValueTask DisposeAsync() => _press.DisposeAsync();

    private static async Task<HttpResponseMessage> AskAsync(HttpClient client, string? token)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/api/newsletter/preview");
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await client.SendAsync(request);
    }

    private static async Task<JsonNode> SeenAsync(HttpClient client)
    {
        var answer = await AskAsync(client, Editor.Token());
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
    }

    [Fact]
    public async Task An_editor_sees_the_mail_that_goes_out_on_Monday_and_seeing_it_sends_nothing()
    {
        var client = await _press.WithReadersAsync("ada@example.org");
        _press.Time.Advance(TimeSpan.FromHours(2));
        _press.Publish("alpha", "beta", Press.Start.AddHours(1));
        var preview = await SeenAsync(client);
        ((string?)preview["week"]).ShouldBe("2026-w49");
        preview["dueAt"]!.GetValue<DateTimeOffset>().ShouldBe(Press.NextMonday);
        ((string?)preview["issue"]!["title"]).ShouldBe("Weekly AI Tool Verdicts: ALPHA vs BETA");
        (await _press.CountAsync("select (select count(*) from issues) + (select count(*) from mails where kind = 'issue')")).ShouldBe(0);

        await _press.MondayComesAsync();
        var mail = await _press.MailToAsync("ada@example.org", Press.IsIssue);
        Seen(mail.HtmlBody!).ShouldBe(Expected("html"));
        Seen(mail.TextBody!).ShouldBe(Expected("text"));

        // The day it is composed, and the reader's own token, are all that differs.
        string Expected(string part) => ((string)preview[part]!).Replace("25 November 2026", "30 November 2026");
        string Seen(string text) => text.ReplaceLineEndings("\n").Replace(Press.TokenIn(mail), "preview");
    }

    [Fact]
    public async Task A_week_without_news_so_far_shows_no_issue()
    {
        var client = await _press.WithReadersAsync();
        var preview = await SeenAsync(client);
        preview["issue"].ShouldBeNull();
        preview["html"].ShouldBeNull();
    }

    [Fact]
    public async Task Nobody_but_an_editor_sees_it()
    {
        var client = await _press.StartAsync();
        foreach (var token in (string?[])[null, "nonsense", Editor.Token(key: RandomNumberGenerator.GetBytes(32))])
            (await AskAsync(client, token)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await AskAsync(client, Editor.Token(role: "reader"))).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task While_tally_is_away_an_editor_is_told_so()
    {
        var client = await _press.StartAsync();
        _press.Neighbours.TallyAway = true;
        var answer = await AskAsync(client, Editor.Token());
        answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        answer.Headers.RetryAfter.ShouldNotBeNull();
        (await answer.Content.ReadAsStringAsync()).ShouldContain("urn:problem-type:news-away");
    }
}

public sealed class PreviewOnSqlite() : PreviewTests(null);

public sealed class PreviewOnPostgres(SharedPostgres server) : PreviewTests(server);
