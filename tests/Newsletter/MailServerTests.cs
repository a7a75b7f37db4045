using System.Net.Http.Json;
using Shouldly;
using Testing;
using Testing.Machine;
using Testing.Servers;
using Xunit;

namespace Newsletter.Tests;

/// <summary>Mail by SMTP, through a real server.</summary>
public sealed class MailServerTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mail-").FullName;
    private Exim _server = null!;
    private Press _press = null!;

    public async ValueTask InitializeAsync()
    {
        // The mail server runs as another account, which must get through to its own directory.
        File.SetUnixFileMode(_folder, (UnixFileMode)0b111_001_001);
        _server = Exim.OrSkip(() => new Exim(_folder));
        _press = new Press(_server);
        await _server.StartAndWait();
    }

    public async ValueTask DisposeAsync()
    {
        if (_press is not null)
            await _press.DisposeAsync();
        _server?.Dispose();
        // A child that served one talk may outlive the server it was forked by for a moment.
        await Eventually.HoldsAsync(
            () =>
            {
                Directory.Delete(_folder, recursive: true);
                return true;
            },
            "nobody writes to the mail server's folder"
        );
    }

    private static Task<HttpResponseMessage> AskAsync(HttpClient client, string email) =>
        client.PostAsJsonAsync("/api/newsletter/subscriptions", new { email });

    private Task<long> Count(string state, int attempts = 1) =>
        _press.CountAsync($"select count(*) from mails where state = '{state}' and attempts = {attempts}");

    private Task Becomes(string state, int attempts = 1) =>
        Eventually.HoldsAsync(async () => await Count(state, attempts) == 1, $"a mail is {state} at attempt {attempts}");

    [Fact]
    public async Task A_reader_subscribes_and_confirms_and_gets_the_issue()
    {
        var client = await _press.WithReadersAsync("ada@example.org", "bob@example.org");
        _press.Publish("alpha", "beta", Press.Start.AddDays(1));
        await _press.MondayComesAsync();
        foreach (var reader in (string[])["ada@example.org", "bob@example.org"])
        {
            var issue = await _press.MailToAsync(reader, Press.IsIssue);
            issue.Subject.ShouldBe("Weekly AI Tool Verdicts: ALPHA vs BETA");
            issue.TextBody!.ShouldContain("https://verdicts.example/compare/alpha-vs-beta");
            issue.HtmlBody!.ShouldContain("Beta &lt;3");
        }

        var token = Press.TokenIn(await _press.MailToAsync("bob@example.org", Press.IsIssue));
        (await client.PostAsJsonAsync("/api/newsletter/unsubscriptions", new { token })).IsSuccessStatusCode.ShouldBeTrue();
        await _press.QuietAsync();
        _server.Mails().Count(mail => !Press.IsWelcome(mail)).ShouldBe(4);
        _server.Mails().Count(Press.IsWelcome).ShouldBe(2);
    }

    [Fact]
    public async Task A_recipient_the_server_does_not_know_is_given_up_and_named_to_nobody()
    {
        _server.Refuse("canary@example.org");
        var client = await _press.StartAsync();
        await AskAsync(client, "canary@example.org");
        await AskAsync(client, "ada@example.org");
        await Becomes("failed");
        await _press.MailToAsync("ada@example.org");
        _press.Logs.ShouldContain("refused with 550");
        _press.Logs.ShouldNotContain("canary");
        _server.Mails().Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_recipient_the_server_postpones_is_tried_again_while_others_get_theirs()
    {
        _server.Postpone("ada@example.org");
        var client = await _press.StartAsync();
        await AskAsync(client, "ada@example.org");
        await _press.LoggedAsync("refused with 451");
        await AskAsync(client, "bob@example.org");
        await _press.MailToAsync("bob@example.org");

        _server.Postpone();
        await SentAtTheSecondAttemptAsync();
        await _press.MailToAsync("ada@example.org");
    }

    [Fact]
    public async Task A_server_that_was_killed_gets_the_mail_when_it_is_back()
    {
        var client = await _press.StartAsync();
        await AskAsync(client, "ada@example.org");
        await _press.MailToAsync("ada@example.org");
        await _server.Send(UnixSignal.Kill);
        await AskAsync(client, "bob@example.org");
        await _press.LoggedAsync("Mail can't be delivered now");

        await _server.StartAndWait();
        await _press.AsTimePassesAsync(() => Task.FromResult(_server.Mails().Count == 2), "the mail arrives");
        await _press.QuietAsync();
        (await _press.CountAsync("select count(*) from mails where state = 'sent'")).ShouldBe(2);
    }

    [Fact]
    public async Task A_mail_cut_off_before_its_text_is_sent_again()
    {
        var client = await _press.StartAsync();
        await _server.CutOffAtAsync("rcpt", () => AskAsync(client, "ada@example.org"));
        await _press.LoggedAsync("refused with 421");
        await SentAtTheSecondAttemptAsync();
        await _press.MailToAsync("ada@example.org");
    }

    // The clock is moved until it happens: when exactly the sender went to rest is nobody's promise.
    private Task SentAtTheSecondAttemptAsync() =>
        _press.AsTimePassesAsync(
            async () => await _press.CountAsync("select count(*) from mails where state = 'sent' and attempts = 2") == 1,
            "the mail is sent at the second attempt"
        );

    [Fact]
    public async Task A_mail_cut_off_after_its_text_is_undecided_and_never_sent_again()
    {
        var client = await _press.StartAsync();
        await _server.CutOffAtAsync("data", () => AskAsync(client, "ada@example.org"));
        await Becomes("undecided");
        _press.Time.Advance(TimeSpan.FromDays(1));
        await AskAsync(client, "bob@example.org");
        await _press.MailToAsync("bob@example.org");
        await _press.QuietAsync();
        _server.Mails().Count.ShouldBe(1);
        _press.Logs.ShouldContain("may or may not have been taken");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_password_goes_over_TLS_to_a_server_whose_certificate_is_trusted_and_to_no_other(bool trusted)
    {
        using var guarded = new Exim(Path.Combine(_folder, "guarded"), password: true, tls: true);
        await guarded.StartAndWait();
        await _press.Neighbours.StartAsync();
        using var service = new ServiceProcess(
            _folder,
            "Newsletter",
            "newsletter",
            new Dictionary<string, string?>
            {
                ["ConnectionStrings__Newsletter"] = $"Data Source={Path.Combine(_folder, "n.db")}",
                ["ConnectionStrings__Bus"] = "memory",
                ["Services__Catalog"] = _press.Neighbours.Address,
                ["Services__Tally"] = _press.Neighbours.Address,
                ["Newsletter__Smtp"] = guarded.SmtpWithPassword,
                ["SSL_CERT_FILE"] = trusted ? guarded.Authority : null,
            }
        );
        await service.StartAndWait();
        using var client = new HttpClient { BaseAddress = service.Address };
        (await AskAsync(client, "ada@example.org")).EnsureSuccessStatusCode();
        if (trusted)
        {
            await Eventually.HoldsAsync(() => guarded.Mails().Count == 1, "the mail arrives");
            guarded.MainLog.ShouldContain("P=esmtpsa");
            return;
        }

        await Eventually.HoldsAsync(() => service.Said("SslHandshakeException"), "the mail is put off");
        guarded.MainLog.ShouldNotContain("A=plain");
        service.Said(Exim.Password).ShouldBeFalse();
        guarded.Mails().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_server_that_wants_a_password_nobody_configured_loses_no_mail()
    {
        using var guarded = new Exim(Path.Combine(_folder, "guarded"), password: true);
        await guarded.StartAndWait();
        var client = await _press.StartAsync($"--Newsletter:Smtp={guarded.Smtp}");
        await AskAsync(client, "ada@example.org");
        await _press.LoggedAsync("refused with 530");
        (await _press.CountAsync("select count(*) from mails where state = 'waiting'")).ShouldBe(1);
    }
}
