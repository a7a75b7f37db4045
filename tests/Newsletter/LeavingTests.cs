using System.Net;
using System.Net.Http.Json;
using System.Text;
using MimeKit;
using Shouldly;
using Testing.Servers;
using Xunit;

namespace Newsletter.Tests;

/// <summary>No personal data: who left is found nowhere any more.</summary>
public abstract class LeavingTests(SharedPostgres? postgres) : IAsyncLifetime
{
    private const string Address = "canary.bird+news@example.org";
    private Press _press = null!;
    private protected Press Newsroom => _press;
    private readonly List<string> _tokens = [];

    public async ValueTask InitializeAsync() => _press = await Press.OnAsync(postgres);

    public ValueTask DisposeAsync() => _press.DisposeAsync();

    private async Task<HttpClient> WithReaderAndAnIssueAsync()
    {
        var client = await _press.WithReadersAsync(Address, "stays@example.org");
        _press.Publish("alpha", "beta", Press.Start.AddDays(1));
        await _press.MondayComesAsync();
        await _press.MailToAsync(Address, Press.IsIssue);
        await _press.MailToAsync("stays@example.org", Press.IsIssue);
        // Asked again meanwhile.
        await client.PostAsJsonAsync("/api/newsletter/subscriptions", new { email = Address });
        await _press.QuietAsync();
        _tokens.AddRange(
            _press.Mails().Where(mail => mail.To.ToString().Contains(Address, StringComparison.Ordinal)).Select(Press.TokenIn)
        );
        _tokens.Count.ShouldBe(3);
        return client;
    }

    private async Task<string> TokenOfIssueAsync() => Press.TokenIn(await _press.MailToAsync(Address, Press.IsIssue));

    /// <summary>Every file that holds the address or a token, also in parts of it that no query shows.</summary>
    private protected List<string> Holders() =>
        [
            .. from file in Directory.EnumerateFiles(_press.Folder, "*", SearchOption.AllDirectories)
            let content = Read(file)
            where
                content.Contains("canary.bird", StringComparison.OrdinalIgnoreCase)
                || _tokens.Exists(token => content.Contains(token, StringComparison.Ordinal))
            select file,
        ];

    private static string Read(string file)
    {
        try
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var content = new MemoryStream();
            stream.CopyTo(content);
            return Encoding.Latin1.GetString(content.ToArray());
        }
        catch (FileNotFoundException)
        {
            return "";
        }
    }

    [Fact]
    public async Task No_personal_data__after_a_reader_left_no_file_holds_the_address_or_a_token()
    {
        // Kept open, as a pool of connections keeps it: the write-ahead log is not emptied by the last one that closes.
        var client = await WithReaderAndAnIssueAsync();
        await using var open = _press.NewConnection();
        await open.OpenAsync();
        Holders().ShouldNotBeEmpty();

        (await client.PostAsJsonAsync("/api/newsletter/unsubscriptions", new { token = await TokenOfIssueAsync() })).StatusCode.ShouldBe(
            HttpStatusCode.OK
        );
        await _press.AsTimePassesAsync(() => Task.FromResult(Holders().Count == 0), "the address is nowhere");
        _press.Mails().Count(mail => mail.To.ToString() == "stays@example.org").ShouldBe(3, "those who stay keep theirs");
        (
            await _press.CountAsync(
                "select count(*) from mails where subscriber_id in (select id from subscribers where status = 'unsubscribed')"
            )
        ).ShouldBe(0);
        (await client.PostAsJsonAsync("/api/newsletter/unsubscriptions", new { token = _tokens[^1] })).StatusCode.ShouldBeOneOf(
            HttpStatusCode.OK,
            HttpStatusCode.NotFound
        );
    }

    [Fact]
    public async Task No_personal_data__an_address_that_nobody_confirmed_is_in_no_file_after_thirty_days()
    {
        var client = await _press.StartAsync();
        await client.PostAsJsonAsync("/api/newsletter/subscriptions", new { email = Address });
        _tokens.Add(Press.TokenIn(await _press.MailToAsync(Address)));
        _press.Time.Advance(TimeSpan.FromDays(31));
        await _press.AsTimePassesAsync(() => Task.FromResult(Holders().Count == 0), "the address is nowhere");
        await _press.AsTimePassesAsync(
            async () =>
                await _press.CountAsync(
                    "select (select count(*) from subscribers) + (select count(*) from mails) + (select count(*) from tokens)"
                ) == 0,
            "no row is left"
        );
    }

    [Fact]
    public async Task Opening_the_address_of_List_Unsubscribe_leads_to_a_page_and_changes_nothing()
    {
        await WithReaderAndAnIssueAsync();
        var issue = await _press.MailToAsync(Address, Press.IsIssue);
        var address = new Uri(issue.Headers[HeaderId.ListUnsubscribe]!.Trim('<', '>')).PathAndQuery;
        var client = _press.Browser();
        foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Head])
        {
            var answer = await client.SendAsync(new HttpRequestMessage(method, address));
            answer.StatusCode.ShouldBe(HttpStatusCode.Found);
            answer.Headers.Location!.OriginalString.ShouldBe($"/newsletter/unsubscribe?token={Press.TokenIn(issue)}");
        }

        (
            await client.GetAsync("/api/newsletter/unsubscribe?token=%0d%0aX:%20y//evil.example")
        ).Headers.Location!.OriginalString.ShouldStartWith("/newsletter/unsubscribe?token=%0D%0A");
        (await _press.CountAsync("select count(*) from subscribers where status = 'confirmed'")).ShouldBe(2);
    }
}

public sealed class LeavingOnSqlite() : LeavingTests(null)
{
    // PostgreSQL has no free pages of its own to clear.
    [Fact]
    public async Task What_a_release_left_in_free_pages_is_gone_after_the_next_start()
    {
        await Newsroom.StartAsync();
        await Newsroom.StopAllAsync();
        // As the release before deleted: without overwriting.
        foreach (
            var sql in (string[])
                [
                    "pragma user_version = 0",
                    "pragma secure_delete = off; create table gone (address text); insert into gone values ('canary.bird@example.org'); delete from gone; drop table gone",
                ]
        )
            await Newsroom.ScalarAsync(sql);
        Holders().ShouldNotBeEmpty();
        await Newsroom.StartAsync();
        await Newsroom.AsTimePassesAsync(() => Task.FromResult(Holders().Count == 0), "the address is nowhere");
    }
}

public sealed class LeavingOnPostgres(SharedPostgres server) : LeavingTests(server);
