using System.Net;
using System.Net.Http.Json;
using Shouldly;
using Testing;
using Testing.Servers;
using Xunit;

namespace Newsletter.Tests;

/// <summary>Nobody has mail sent to strangers, or a stranger's mailbox filled.</summary>
public abstract class SignUpLimitTests(SharedPostgres? postgres) : IAsyncLifetime
{
    private const string BehindProxy = "--Proxies:KnownNetworks:0=127.0.0.0/8";
    private Press _press = null!;

    public async ValueTask InitializeAsync() => _press = await Press.OnAsync(postgres);

    public ValueTask DisposeAsync() => _press.DisposeAsync();

    private static async Task<HttpResponseMessage> AskAsync(HttpClient client, string email, string? from = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/newsletter/subscriptions")
        {
            Content = JsonContent.Create(new { email }),
        };
        if (from is not null)
            request.Headers.Add("X-Forwarded-For", from);
        return await client.SendAsync(request);
    }

    private static async Task<int> AcceptedAsync(HttpClient client, IEnumerable<string> addresses)
    {
        var answers = await Task.WhenAll(addresses.Select((address, n) => AskAsync(client, $"reader{n}@site{n}.example", address)));
        answers
            .Where(answer => answer.StatusCode is not HttpStatusCode.Accepted)
            .ShouldAllBe(answer => answer.StatusCode == HttpStatusCode.TooManyRequests);
        return answers.Count(answer => answer.StatusCode is HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task One_network_can_not_have_mail_sent_to_a_list_of_strangers()
    {
        var client = await _press.StartAsync("--RateLimits:SignUpsPerHour=3");
        for (var asked = 0; asked < 3; asked++)
            (await AskAsync(client, $"stranger{asked}@example.org")).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var refused = await AskAsync(client, "one.too.many@example.org");
        refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        refused.Headers.RetryAfter!.Delta!.Value.ShouldBeInRange(TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(20));
        (await client.PostAsJsonAsync("/api/newsletter/confirmations", new { token = "unknown" })).StatusCode.ShouldNotBe(
            HttpStatusCode.TooManyRequests,
            "confirming is nobody's burden"
        );
        (
            await _press.CountAsync("select count(*) from requests where address like 'one.too%'")
            + await _press.CountAsync("select count(*) from subscribers where address like 'one.too%'")
        ).ShouldBe(0);
    }

    [Theory]
    [InlineData("2001:db8:7:{0}::1", 18)]
    [InlineData("2001:db8:7:7{0}::1", 9)]
    [InlineData("2001:db8:7:7:{0}::1", 3)]
    [InlineData("198.51.100.{0}", 9)]
    [InlineData("198.51.100.7", 3)]
    public async Task Addresses_of_one_range_share_its_limits_however_many_they_are(string pattern, int taken)
    {
        var client = await _press.StartAsync("--RateLimits:SignUpsPerHour=3", BehindProxy);
        (
            await AcceptedAsync(
                client,
                Enumerable
                    .Range(10, 40)
                    .Select(n =>
                        string.Format(
                            pattern,
                            pattern.Contains("::", StringComparison.Ordinal) && !pattern.Contains("7{0}", StringComparison.Ordinal)
                                ? n * 100
                                : n
                        )
                    )
            )
        ).ShouldBe(taken);
        (await AskAsync(client, "elsewhere@example.org", "203.0.113.9")).StatusCode.ShouldBe(
            HttpStatusCode.Accepted,
            "another network is not concerned"
        );
    }

    [Fact]
    public async Task A_mailbox_gets_three_mails_a_day_whatever_follows_the_plus_sign()
    {
        var client = await _press.StartAsync("--RateLimits:Enabled=false");
        await Task.WhenAll(Enumerable.Range(0, 30).Select(n => AskAsync(client, $"victim+{n}@example.org")));
        await _press.QuietAsync();
        _press.Mails().Count.ShouldBe(3);
        await AskAsync(client, "other+1@example.org");
        await _press.MailToAsync("other+1@example.org");
    }

    [Theory]
    [InlineData("--Newsletter:ConfirmationsPerDomainPerHour=4", "reader{0}@example.org")]
    [InlineData("--Newsletter:ConfirmationsPerHour=4", "reader@site{0}.example")]
    public async Task More_mail_than_may_leave_within_an_hour_waits_and_is_not_lost(string limit, string pattern)
    {
        var client = await _press.StartAsync("--RateLimits:Enabled=false", limit);
        for (var n = 0; n < 10; n++)
            (await AskAsync(client, string.Format(pattern, n))).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        await Eventually.HoldsAsync(() => _press.Mails().Count == 4, "four mails");
        if (pattern.Contains("{0}@", StringComparison.Ordinal))
        {
            await AskAsync(client, "ada@elsewhere.example");
            await _press.MailToAsync("ada@elsewhere.example");
        }

        (await _press.CountAsync("select count(*) from requests")).ShouldBe(6);
        await _press.AsTimePassesAsync(
            async () => await _press.CountAsync("select count(*) from requests") == 0,
            "everyone had their turn"
        );
        await _press.QuietAsync();
        _press.Mails().Select(mail => mail.To.ToString()).Count(to => to.StartsWith("reader", StringComparison.Ordinal)).ShouldBe(10);
    }

    [Fact]
    public async Task A_reader_who_never_asked_can_refuse_once_and_gets_no_mail_again()
    {
        var client = await _press.StartAsync("--RateLimits:Enabled=false");
        await AskAsync(client, "victim+1@example.org");
        var mail = await _press.MailToAsync("victim+1@example.org");
        var token = Press.TokenIn(mail);
        mail.TextBody!.ShouldContain($"https://verdicts.example/newsletter/refuse?token={token}");
        mail.HtmlBody!.ShouldContain("Never write to me again");

        for (var time = 0; time < 2; time++)
        {
            var answer = await client.PostAsJsonAsync("/api/newsletter/refusals", new { token });
            (await answer.Content.ReadAsStringAsync()).ShouldBe("{\"status\":\"refused\"}");
        }

        foreach (var again in (string[])["victim+1@example.org", "victim@example.org", "Victim+2@Example.org"])
            (await AskAsync(client, again)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        await _press.QuietAsync();
        await _press.AsTimePassesAsync(() => Task.FromResult(_press.Mails().Count == 0), "the mail with the address is gone too");
        (await client.PostAsJsonAsync("/api/newsletter/confirmations", new { token })).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await _press.CountAsync("select count(*) from refusals where length(mailbox) = 64")).ShouldBe(1);
        (await _press.CountAsync("select count(*) from subscribers where address is not null")).ShouldBe(0);
    }

    [Fact]
    public async Task A_subscriber_who_was_written_to_in_vain_can_refuse_as_well_and_is_unsubscribed()
    {
        var client = await _press.WithReadersAsync("ada@example.org");
        var token = Press.TokenIn(await _press.MailToAsync("ada@example.org", Press.IsConfirmation));
        (await client.PostAsJsonAsync("/api/newsletter/refusals", new { token })).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await _press.CountAsync("select count(*) from subscribers where status = 'confirmed'")).ShouldBe(0);
    }
}

public sealed class SignUpLimitOnSqlite() : SignUpLimitTests(null);

public sealed class SignUpLimitOnPostgres(SharedPostgres server) : SignUpLimitTests(server);
