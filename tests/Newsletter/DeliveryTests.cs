using System.Net;
using System.Net.Http.Json;
using Hosting;
using Shouldly;
using Xunit;

namespace Newsletter.Tests;

public sealed class DeliveryTests : IAsyncLifetime
{
    private readonly Press _press = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;
    public ValueTask DisposeAsync() => _press.DisposeAsync();

    private static Task<HttpResponseMessage> AskAsync(HttpClient client, string email) => client.PostAsJsonAsync("/api/newsletter/subscriptions", new { email });
    private Task StateIs(string state) => Press.Eventually(async () => (string?)await _press.ScalarAsync("select state from mails") == state, $"the mail is {state}");

    [Fact]
    public async Task A_mail_stored_while_delivery_was_down_leaves_after_a_restart()
    {
        // A file where the folder should be.
        await File.WriteAllTextAsync(_press.Pickup, "");
        var client = await _press.StartAsync();
        await AskAsync(client, "ada@example.org");
        await Press.Eventually(async () => await _press.CountAsync("select count(*) from mails where state = 'waiting' and attempts = 1") == 1, "the mail is postponed");
        await _press.StopAllAsync();
        File.Delete(_press.Pickup);

        _press.Time.Advance(TimeSpan.FromMinutes(5));
        await _press.StartAsync();
        await _press.MailToAsync("ada@example.org");
        await StateIs("sent");
    }

    [Fact]
    public async Task A_mail_whose_sender_was_killed_before_handing_it_over_is_sent_once()
    {
        var client = await _press.StartAsync();
        await AskAsync(client, "ada@example.org");
        await StateIs("sent");
        await _press.StopAllAsync();

        // As a kill leaves it: handing recorded, the finished file not yet renamed.
        var finished = Directory.GetFiles(_press.Pickup, "*.eml").Single();
        var id = Path.GetFileNameWithoutExtension(finished);
        File.Move(finished, Path.Combine(_press.Pickup, $".{id}.tmp"));
        await _press.ScalarAsync("update mails set state = 'handing'");
        _press.Time.Advance(TimeSpan.FromMinutes(3));
        await _press.StartAsync();
        await StateIs("sent");
        Directory.GetFiles(_press.Pickup).ShouldBe([finished]);
    }

    [Fact]
    public async Task A_mail_whose_sender_was_killed_after_handing_it_over_is_not_sent_again()
    {
        var client = await _press.StartAsync();
        await AskAsync(client, "ada@example.org");
        await StateIs("sent");
        await _press.StopAllAsync();

        // Taken by a mail program, and the process killed before it could record so.
        File.Delete(Directory.GetFiles(_press.Pickup, "*.eml").Single());
        await _press.ScalarAsync("update mails set state = 'handing'");
        _press.Time.Advance(TimeSpan.FromMinutes(3));
        await _press.StartAsync();
        await StateIs("sent");
        Directory.GetFiles(_press.Pickup).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_request_stored_and_not_yet_looked_at_when_the_process_died_is_admitted_after_a_restart()
    {
        await _press.StartAsync();
        await _press.StopAllAsync();
        await _press.ScalarAsync("insert into requests (address, address_key, asked_at) values ('ada@example.org', 'ada@example.org', 0)");
        await _press.StartAsync();
        await _press.MailToAsync("ada@example.org");
    }

    [Fact]
    public async Task By_smtp_a_mail_arrives_once_with_its_headers_and_a_refused_one_names_nobody_in_the_log()
    {
        await using var server = new MailServer { Refuse = address => address.StartsWith("canary", StringComparison.Ordinal) ? "550 5.1.1 <canary@example.org> unknown" : null };
        var client = await _press.StartAsync($"--Newsletter:Smtp=smtp://127.0.0.1:{server.Port}");
        await AskAsync(client, "ada@example.org");
        await StateIs("sent");
        var mail = server.Received.ShouldHaveSingleItem();
        mail.To.ToString().ShouldBe("ada@example.org");
        mail.TextBody!.ShouldContain("/newsletter/confirm?token=");

        await AskAsync(client, "canary@example.org");
        await Press.Eventually(async () => await _press.CountAsync("select count(*) from mails where state = 'failed'") == 1, "the refused mail is given up");
        _press.Logs.ShouldContain("refused with 550");
        _press.Logs.ShouldNotContain("canary");
    }

    [Fact]
    public async Task By_smtp_a_busy_server_is_tried_again_and_a_cut_off_mail_is_not()
    {
        await using var server = new MailServer { Refuse = _ => "451 later" };
        var client = await _press.StartAsync($"--Newsletter:Smtp=smtp://127.0.0.1:{server.Port}");
        await AskAsync(client, "ada@example.org");
        await Press.Eventually(async () => await _press.CountAsync("select count(*) from mails where state = 'waiting' and attempts = 1") == 1, "the mail is postponed");

        // Takes the mail and dies before saying so: nobody can know.
        server.Refuse = _ => null;
        server.DieAfterData = true;
        _press.Time.Advance(TimeSpan.FromMinutes(2));
        await StateIs("undecided");
        _press.Time.Advance(TimeSpan.FromDays(1));
        await _press.QuietAsync();
        server.Received.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("Newsletter__Smtp", "smtp://", "--Newsletter:Smtp=http://s3cret@example.org")]
    [InlineData("Newsletter__From", "", "--Newsletter:From=nobody at all")]
    [InlineData("Newsletter__PublicBase", "", "--Newsletter:PublicBase=verdicts")]
    [InlineData("Newsletter__Weekday", "", "--Newsletter:Weekday=Someday")]
    [InlineData("Newsletter__Hour", "", "--Newsletter:Hour=24")]
    public async Task A_missing_or_malformed_setting_is_named(string named, string alsoSaid, string setting)
    {
        var problem = (await Should.ThrowAsync<SettingException>(() => _press.StartAsync(setting))).Message;
        problem.ShouldContain(named);
        problem.ShouldContain(alsoSaid);
        problem.ShouldNotContain("s3cret");
    }
}
