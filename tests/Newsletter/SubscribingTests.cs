using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using Shouldly;
using Testing;
using Testing.Servers;
using Xunit;

namespace Newsletter.Tests;

public abstract class SubscribingTests(SharedPostgres? postgres) : IAsyncLifetime
{
    private Press _press = null!;
    private HttpClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _press = await Press.OnAsync(postgres);
        _client = await _press.StartAsync();
    }

    public ValueTask DisposeAsync() => _press.DisposeAsync();

    private Task<HttpResponseMessage> AskAsync(string? email) => _client.PostAsJsonAsync("/api/newsletter/subscriptions", new { email });

    private Task<HttpResponseMessage> ConfirmAsync(string? token) =>
        _client.PostAsJsonAsync("/api/newsletter/confirmations", new { token });

    private Task<long> Confirmed() => _press.CountAsync("select count(*) from subscribers where status = 'confirmed'");

    [Theory]
    [InlineData("application/json; charset=\"utf-8\"", HttpStatusCode.Accepted)]
    [InlineData("application/json; charset=utf8", HttpStatusCode.Accepted)]
    [InlineData("application/json; charset=windows-1252", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/json; charset=\"no-such\"", HttpStatusCode.UnsupportedMediaType)]
    public async Task A_request_is_utf8_however_its_charset_is_spelt(string type, HttpStatusCode expected)
    {
        using var body = new ByteArrayContent(Encoding.UTF8.GetBytes("""{"email":"ada@example.org"}"""));
        body.Headers.TryAddWithoutValidation("Content-Type", type);
        (await _client.PostAsync("/api/newsletter/subscriptions", body)).StatusCode.ShouldBe(expected);
    }

    [Theory]
    [InlineData("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Cl")]
    [InlineData("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: nonsense\r\n\r\nOne-Click\r\n--x--")]
    [InlineData(
        "multipart/form-data; boundary=x",
        "--x\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\nContent-Type: text/plain; charset=no-such\r\n\r\nOne-Clack\r\n--x--"
    )]
    [InlineData("multipart/form-data", "One-Click")]
    [InlineData("application/x-www-form-urlencoded; charset=\"no-such\"", "List-Unsubscribe=%ff%00")]
    public async Task Bounded_a_form_that_cannot_be_read_is_refused(string type, string form)
    {
        using var body = new ByteArrayContent(Encoding.UTF8.GetBytes(form));
        body.Headers.TryAddWithoutValidation("Content-Type", type);
        (await _client.PostAsync("/api/newsletter/unsubscribe?token=x", body)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_reader_asks_and_gets_a_mail_and_confirms()
    {
        var answer = await AskAsync("Ada@Example.org");
        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await answer.Content.ReadAsStringAsync()).ShouldStartWith("{\"status\":\"pending\"");

        var mail = await _press.MailToAsync("Ada@example.org");
        mail.From.Mailboxes.Single().Address.ShouldBe("verdicts@verdicts.example");
        mail.Subject!.ShouldContain("Confirm");
        mail.MessageId.ShouldEndWith("@verdicts.example");
        mail.Date.ShouldBe(Press.Start);
        mail.Cc.ShouldBeEmpty();
        mail.HtmlBody!.ShouldContain("https://verdicts.example/newsletter/confirm?token=" + Press.TokenIn(mail));
        mail.TextBody!.ShouldContain("https://verdicts.example/newsletter/confirm?token=" + Press.TokenIn(mail));

        (await Confirmed()).ShouldBe(0);
        for (var time = 0; time < 2; time++)
        {
            var confirmed = await ConfirmAsync(Press.TokenIn(mail));
            confirmed.StatusCode.ShouldBe(HttpStatusCode.OK);
            (await confirmed.Content.ReadAsStringAsync()).ShouldBe("{\"status\":\"confirmed\"}");
        }

        (await Confirmed()).ShouldBe(1);
    }

    [Fact]
    public async Task Asking_ten_times_at_once_in_any_case_sends_three_mails_and_more_the_next_day()
    {
        await Task.WhenAll(Enumerable.Range(0, 10).Select(n => AskAsync(n % 2 == 0 ? "bob@example.org" : "BOB@EXAMPLE.ORG")));
        await _press.QuietAsync();
        _press.Mails().Count.ShouldBe(3);

        _press.Time.Advance(TimeSpan.FromHours(25));
        await AskAsync("bob@example.org");
        await _press.QuietAsync();
        _press.Mails().Count.ShouldBe(4);
    }

    [Fact]
    public async Task Every_link_of_an_address_asked_for_twice_works()
    {
        await AskAsync("twice@example.org");
        await _press.QuietAsync();
        await AskAsync("twice@example.org");
        await _press.QuietAsync();
        var tokens = _press.Mails().Select(Press.TokenIn).ToList();
        tokens.Distinct().Count().ShouldBe(2);
        foreach (var token in tokens)
            (await ConfirmAsync(token)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await Confirmed()).ShouldBe(1);
    }

    [Fact]
    public async Task Asking_after_confirmation_answers_the_same_and_sends_nothing()
    {
        await _press.SubscribeAsync(_client, "carol@example.org");
        var known = await AskAsync("carol@example.org");
        var unknown = await AskAsync("nobody@example.org");
        known.StatusCode.ShouldBe(unknown.StatusCode);
        (await known.Content.ReadAsStringAsync()).ShouldBe(await unknown.Content.ReadAsStringAsync());
        await _press.MailToAsync("nobody@example.org");
        await _press.QuietAsync();
        _press.Mails().Count(m => m.To.ToString() == "carol@example.org" && Press.IsConfirmation(m)).ShouldBe(1);
        _press.Mails().Count(m => m.To.ToString() == "carol@example.org").ShouldBe(2, "the one to confirm, and the welcome");
    }

    [Fact]
    public async Task A_wrong_or_altered_or_endless_token_confirms_nobody()
    {
        await AskAsync("dan@example.org");
        var token = Press.TokenIn(await _press.MailToAsync("dan@example.org"));
        foreach (
            var wrong in new[]
            {
                "",
                "x",
                token + "x",
                token[..^1],
                (token[0] == 'A' ? 'B' : 'A') + token[1..],
                new string('a', 20_000),
                "\0",
                "' or 1=1 --",
                null,
            }
        )
        {
            var answer = await ConfirmAsync(wrong);
            answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
            (await answer.Content.ReadAsStringAsync()).ShouldContain("urn:problem-type:unknown-token");
        }

        (await Confirmed()).ShouldBe(0);
    }

    [Fact]
    public async Task A_token_expires_after_seven_days_and_the_address_is_forgotten_after_thirty()
    {
        await AskAsync("eve@example.org");
        var token = Press.TokenIn(await _press.MailToAsync("eve@example.org"));
        _press.Time.Advance(TimeSpan.FromDays(7));
        (await ConfirmAsync(token)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        _press.Time.Advance(TimeSpan.FromDays(24));
        await _press.AsTimePassesAsync(
            async () => await _press.CountAsync("select count(*) from subscribers") == 0,
            "the pending address is purged"
        );
        (await _press.CountAsync("select (select count(*) from tokens) + (select count(*) from mails)")).ShouldBe(0);
    }

    [Fact]
    public async Task Following_the_link_as_a_mail_scanner_does_changes_nothing()
    {
        await AskAsync("frank@example.org");
        var token = Press.TokenIn(await _press.MailToAsync("frank@example.org"));
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Head })
        {
            foreach (var path in new[] { "confirmations", "unsubscriptions", "subscriptions", "refusals" })
                (
                    (int)(await _client.SendAsync(new HttpRequestMessage(method, $"/api/newsletter/{path}?token={token}"))).StatusCode
                ).ShouldBe(405);
        }

        (await Confirmed()).ShouldBe(0);
        (await ConfirmAsync(token)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("--Newsletter:PublicBase=self", null)]
    [InlineData("--Newsletter:PublicBase=self", "https://public.example")]
    [InlineData("--Newsletter:PublicBase=", "https://public.example")]
    public async Task Links_lead_to_the_configured_origin_or_to_where_the_process_listens_and_never_to_a_host_that_a_stranger_named(
        string setting,
        string? origin
    )
    {
        var client = await _press.StartAsync(setting, $"--Web:PublicOrigin={origin}");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/newsletter/subscriptions")
        {
            Content = JsonContent.Create(new { email = "ada@example.org" }),
        };
        request.Headers.Host = "evil.example";
        (await client.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var mail = await _press.MailToAsync("ada@example.org");
        var expected = origin ?? client.BaseAddress!.GetLeftPart(UriPartial.Authority);
        mail.TextBody!.ShouldContain($"{expected}/newsletter/confirm?token={Press.TokenIn(mail)}");
        mail.ToString().ShouldNotContain("evil");
    }

    [Fact]
    public async Task Signing_up_an_address_in_other_letters_does_not_keep_mail_from_its_owner()
    {
        await AskAsync("ADA@example.org");
        await _press.QuietAsync();
        await AskAsync("ada@example.org");
        await _press.MailToAsync("ada@example.org");
    }

    [Fact]
    public async Task A_copy_of_the_database_holds_no_token()
    {
        await AskAsync("gus@example.org");
        var token = Press.TokenIn(await _press.MailToAsync("gus@example.org"));
        token.Length.ShouldBeGreaterThanOrEqualTo(22);
        (await _press.CountAsync($"select count(*) from tokens where hash = '{token}'")).ShouldBe(0);
        (await _press.CountAsync("select count(*) from tokens where length(hash) = 64")).ShouldBe(1);
    }

    [Theory]
    [InlineData("a@münchen.example", "a@xn--mnchen-3ya.example")]
    [InlineData("  a.b+c@sub.example.org ", "a.b+c@sub.example.org")]
    [InlineData("o'neill@example.org", "o'neill@example.org")]
    [InlineData("用户@example.org", "用户@example.org")]
    public async Task Addresses_the_world_uses_are_taken(string typed, string written)
    {
        (await AskAsync(typed)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        await Eventually.HoldsAsync(() => _press.Mails().Count == 1, "a mail");
        (await File.ReadAllTextAsync(Directory.GetFiles(_press.Pickup).Single())).ShouldContain(
            $"\nTo: {written}\r\n".Replace("\r\n", Environment.NewLine)
        );
    }

    public static TheoryData<string?> Unwritable =>
        new(
            null,
            "",
            " ",
            "a",
            "@",
            "a@",
            "@example.org",
            "a@b",
            "a@@example.org",
            "a b@example.org",
            "a@exa mple.org",
            ".a@example.org",
            "a.@example.org",
            "a..b@example.org",
            "\u212Aate@example.org",
            "\u017Fam@example.org",
            "k\u0131m@example.org",
            "\uFF41da@example.org",
            "a@-example.org",
            "a@example-.org",
            "a@example..org",
            "a@.example.org",
            "a@example.org.",
            "a@1.2.3.4",
            "a@[127.0.0.1]",
            "\"a b\"@example.org",
            "a(c)@example.org",
            "Ann <a@example.org>",
            "a@example.org, b@example.org",
            "a@example.org;b@example.org",
            "a@example.org\r\nBcc: victim@example.org",
            "a\r\nBcc: victim@example.org\r\n@example.org",
            "a@example.org\n",
            "\ta@example.org",
            "a@example.org\0",
            "a\u202e@example.org",
            "😀@example.org",
            "a@😀\ud800.example",
            new string('a', 65) + "@example.org",
            "a@" + new string('b', 64) + ".org",
            "a@" + string.Join('.', Enumerable.Repeat("label", 50)) + ".org",
            new string('ü', 33) + "@example.org"
        );

    [Theory]
    [MemberData(nameof(Unwritable))]
    public async Task What_is_no_address_is_refused_clearly(string? typed)
    {
        // Lone surrogates can't be sent by a .NET serializer; the escape can.
        var json = typed is null ? "{}" : "{\"email\":\"" + string.Concat(typed.Select(c => $"\\u{(int)c:x4}")) + "\"}";
        var answer = await _client.PostAsync("/api/newsletter/subscriptions", new StringContent(json, Encoding.UTF8, "application/json"));
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        (await _press.CountAsync("select (select count(*) from requests) + (select count(*) from subscribers)")).ShouldBe(0);
    }

    [Theory]
    [InlineData("{\"email\":1}", "application/json", 400)]
    [InlineData("{\"email\":{}}", "application/json", 400)]
    [InlineData("[]", "application/json", 400)]
    [InlineData("null", "application/json", 400)]
    [InlineData("", "application/json", 400)]
    [InlineData("{", "application/json", 400)]
    [InlineData("email=a@example.org", "application/x-www-form-urlencoded", 415)]
    [InlineData("{\"email\":\"a@example.org\"}", "text/plain", 415)]
    public async Task Bodies_of_the_wrong_kind_are_refused_on_every_json_route(string body, string type, int status)
    {
        foreach (var path in new[] { "subscriptions", "confirmations", "unsubscriptions", "refusals" })
        {
            var answer = await _client.PostAsync(
                $"/api/newsletter/{path}",
                new StringContent(body.Replace("email", path == "subscriptions" ? "email" : "token"), Encoding.UTF8, type)
            );
            ((int)answer.StatusCode).ShouldBe(status, path);
            answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        }
    }

    [Fact]
    public async Task Bad_utf8_and_huge_bodies_are_refused()
    {
        var broken = new ByteArrayContent([.. "{\"email\":\"a"u8, 0xff, 0xfe, .. "@example.org\"}"u8]);
        broken.Headers.ContentType = new("application/json");
        (await _client.PostAsync("/api/newsletter/subscriptions", broken)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await AskAsync(new string('a', 200_000) + "@example.org")).StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
    }

    [Theory]
    [InlineData("subscriptions")]
    [InlineData("confirmations")]
    [InlineData("unsubscriptions")]
    [InlineData("refusals")]
    public async Task Pages_of_other_sites_are_refused(string path)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"/api/newsletter/{path}")
        {
            Content = JsonContent.Create(new { email = "x@example.org", token = "x" }),
        };
        request.Headers.Add("Origin", "https://evil.example");
        (await _client.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task No_address_and_no_token_reaches_logs_metrics_or_answers()
    {
        var measured = new ConcurrentQueue<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, itself) =>
        {
            if (instrument.Meter.Name == "Newsletter")
                itself.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>(
            (instrument, _, tags, _) =>
                measured.Enqueue($"{instrument.Name} {string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"))}")
        );
        listener.Start();
        await _press.SubscribeAsync(_client, "canary.bird@example.org");
        var token = Press.TokenIn(_press.Mails().Single(Press.IsConfirmation));
        var answer = await (await AskAsync("canary.bird@example.org")).Content.ReadAsStringAsync();
        await AskAsync("canary.bird@@example.org");
        await _press.QuietAsync();
        var metrics = string.Join('\n', measured);
        metrics.ShouldContain("newsletter.subscriptions outcome=confirmed");
        foreach (
            var told in new[]
            {
                _press.Logs,
                metrics,
                answer,
                await _client.GetStringAsync("/metrics"),
                await _client.GetStringAsync("/api/newsletter/issues"),
                await _client.GetStringAsync("/health/ready"),
            }
        )
        {
            told.ShouldNotContain("canary");
            told.ShouldNotContain(token);
        }

        _press.Logs.ShouldNotBeEmpty();
    }
}

public sealed class SubscribingOnSqlite() : SubscribingTests(null);

public sealed class SubscribingOnPostgres(SharedPostgres server) : SubscribingTests(server);
