using System.Net.Http.Json;
using Hosting.Configuration;
using Shouldly;
using Testing;
using Testing.Servers;
using Xunit;

namespace Newsletter.Tests;

public abstract class DeliveryTests(SharedPostgres? postgres) : IAsyncLifetime
{
    private Press _press = null!;

    public async ValueTask InitializeAsync() => _press = await Press.OnAsync(postgres);

    public ValueTask DisposeAsync() => _press.DisposeAsync();

    private static Task<HttpResponseMessage> AskAsync(HttpClient client, string email) =>
        client.PostAsJsonAsync("/api/newsletter/subscriptions", new { email });

    private Task StateIs(string state) =>
        Eventually.HoldsAsync(async () => (string?)await _press.ScalarAsync("select state from mails") == state, $"the mail is {state}");

    [Fact]
    public async Task A_mail_stored_while_delivery_was_down_leaves_after_a_restart()
    {
        // A file where the folder should be.
        await File.WriteAllTextAsync(_press.Pickup, "");
        var client = await _press.StartAsync();
        await AskAsync(client, "ada@example.org");
        await Eventually.HoldsAsync(
            async () => await _press.CountAsync("select count(*) from mails where state = 'waiting' and attempts = 1") == 1,
            "the mail is postponed"
        );
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
        await _press.ScalarAsync(
            "insert into requests (id, address, address_key, asked_at) values ('1', 'ada@example.org', 'ada@example.org', 0)"
        );
        await _press.StartAsync();
        await _press.MailToAsync("ada@example.org");
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

public sealed class DeliveryOnSqlite() : DeliveryTests(null);

public sealed class DeliveryOnPostgres(SharedPostgres server) : DeliveryTests(server);
