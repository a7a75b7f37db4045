using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Shouldly;
using Xunit;

namespace EndToEnd.Tests;

/// <summary>
/// Promise **No personal data**, by canaries: marked addresses, agents, tokens and mail addresses are sent in, and then looked for wherever
/// they must not be.
/// </summary>
public class PrivacyTests
{
    private const string Address = "203.0.113.77";
    private const string AddressV6 = "2001:db8:cafe:babe::77";
    private const string Agent = "CanaryBrowser/77.7";
    private const string MailToken = "canary-token-of-a-mailed-link-77";
    private const string Mail = "canary.seventy-seven@example.org";

    [Fact]
    public async Task Nothing_of_a_reader_is_found_in_ledger_feeds_logs_at_every_level_metrics_or_traces()
    {
        await using var traces = await TraceReceiver.StartAsync();
        // Everything is turned up as far as it goes, in each way there is to say so.
        await using var site = new StandaloneProcess([
            "--Logging:LogLevel:Default=Trace",
            "--Logging:Console:LogLevel:Default=Trace",
            "--Logging:LogLevel:Microsoft.AspNetCore.Hosting=Trace",
            "--Logging:Console:LogLevel:Microsoft.AspNetCore.Server.Kestrel=Trace",
            "--Logging:LogLevel:System.Net.Http.HttpClient=Trace",
            "--Logging:LogLevel:MassTransit=Trace",
            "--Proxies:KnownNetworks:0=127.0.0.0/8",
            .. traces.Settings,
        ]);
        await site.StartAsync();

        var token = (await JsonAsync(await SendAsync(site, HttpMethod.Post, "/api/voters", Address))).GetProperty("token").GetString()!;
        var second = (await JsonAsync(await SendAsync(site, HttpMethod.Post, "/api/voters", AddressV6))).GetProperty("token").GetString()!;
        (await SendAsync(site, HttpMethod.Put, "/api/votes/cursor-2-0", Address, token, new { choice = "ship" })).StatusCode.ShouldBe(
            HttpStatusCode.OK
        );
        (await SendAsync(site, HttpMethod.Put, "/api/votes/cursor-2-0", AddressV6, second, new { choice = "skip" })).StatusCode.ShouldBe(
            HttpStatusCode.OK
        );
        (
            await SendAsync(
                site,
                HttpMethod.Put,
                "/api/votes/cursor-2-0",
                Address,
                token[..^1] + (token[^1] == 'A' ? 'B' : 'A'),
                new { choice = "ship" }
            )
        ).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await SendAsync(site, HttpMethod.Put, "/api/votes/canary-tool-77", Address, token, new { choice = "ship" })).StatusCode.ShouldBe(
            HttpStatusCode.NotFound
        );
        (await SendAsync(site, HttpMethod.Get, "/votes", Address, token)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (
            await SendAsync(site, HttpMethod.Post, "/vote", Address, token, form: "tool=smolvlm2-2b&choice=ship&return=/")
        ).StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        (await SendAsync(site, HttpMethod.Post, "/api/newsletter/subscriptions", Address, null, new { email = Mail })).StatusCode.ShouldBe(
            HttpStatusCode.Accepted
        );
        (
            await SendAsync(site, HttpMethod.Post, "/newsletter", AddressV6, null, form: $"email={Uri.EscapeDataString(Mail)}")
        ).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await SendAsync(site, HttpMethod.Get, $"/tools?q={Uri.EscapeDataString(Mail)}", Address)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await SendAsync(site, HttpMethod.Get, $"/nothing-for/{Mail}?from={token}", Address)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await SendAsync(site, HttpMethod.Get, $"/newsletter/confirm?token={MailToken}", Address)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await SendAsync(site, HttpMethod.Post, "/newsletter/confirm", Address, null, form: $"token={MailToken}")).StatusCode.ShouldBe(
            HttpStatusCode.BadRequest
        );
        (await SendAsync(site, HttpMethod.Post, $"/hubs/tallies/negotiate?access_token={token}", Address, token)).StatusCode.ShouldBe(
            HttpStatusCode.OK
        );
        await SendRawAsync(site, $"GET / HTTP/1.1\r\nHost: x\r\nNo Header: {token} {Mail}\r\nUser-Agent: {Agent}\r\n\r\n");

        // The voter's id is what a token is about; it stays in the ledger's own table of votes.
        var voter = System.Buffers.Text.Base64Url.DecodeFromChars(token)[9..25];
        string[] secrets =
        [
            Address,
            "203.0.113",
            AddressV6,
            "cafe:babe",
            Agent,
            "CanaryBrowser",
            token,
            second,
            token[10..50],
            MailToken,
            Convert.ToHexStringLower(IPAddress.Parse(Address).GetAddressBytes()),
            Convert.ToHexStringLower(IPAddress.Parse(AddressV6).GetAddressBytes().AsSpan(0, 8)),
            Convert.ToHexStringLower(voter),
            new Guid(voter).ToString(),
            Convert.ToBase64String(voter)[..20],
        ];
        foreach (
            var path in (string[])
                [
                    "/api/ledger",
                    "/api/ledger/totals",
                    "/metrics",
                    "/feed.xml",
                    "/newsletter/feed.xml",
                    "/sitemap.xml",
                    "/api/tallies/cursor-2-0",
                    "/api/tallies/top",
                    "/api/newsletter/issues",
                    "/health/ready",
                ]
        )
            ShouldHoldNone(await site.Http.GetStringAsync(path), [.. secrets, Mail, "canary-tool-77"], path);

        await site.Http.GetStringAsync("/methodology");
        for (
            var deadline = DateTime.UtcNow.AddSeconds(30);
            !traces.Received.Contains("/methodology", StringComparison.Ordinal)
                || !traces.Received.Contains("voting.votes", StringComparison.Ordinal);
            await Task.Delay(50)
        )
            if (DateTime.UtcNow > deadline)
                throw new TimeoutException("The traces did not arrive.");
        traces.Received.ShouldContain("http.route", customMessage: "spans there are");
        ShouldHoldNone(
            traces.Received,
            [.. secrets, Mail, Uri.EscapeDataString(Mail), "user_agent.original"],
            "traces and exported metrics"
        );
        site.Output.ShouldContain(" dbug: ", customMessage: "the log is at its most talkative");
        ShouldHoldNone(site.Output, [.. secrets, Mail, Uri.EscapeDataString(Mail)], "the log");
        await site.KillAsync();

        SqliteConnection.ClearAllPools();
        foreach (var file in Directory.EnumerateFiles(site.Folder, "*.db"))
            foreach (var (column, value) in Columns(file))
            {
                ShouldHoldNone(
                    value,
                    secrets.Where(secret => column is not "ledger.db votes.voter" || secret != Convert.ToHexStringLower(voter)),
                    column
                );
                if (!column.StartsWith("newsletter.db", StringComparison.Ordinal))
                    ShouldHoldNone(value, [Mail], column);
            }

        // And what no query shows: pages that were freed, and the write-ahead log.
        foreach (var file in Directory.EnumerateFiles(site.Folder, "*.db*"))
            ShouldHoldNone(
                Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file)),
                file.Contains("newsletter.db", StringComparison.Ordinal) ? secrets : [.. secrets, Mail],
                Path.GetFileName(file)
            );
    }

    /// <summary>Every value of every column of every table, bytes as hexadecimal digits.</summary>
    private static IEnumerable<(string Column, string Value)> Columns(string file)
    {
        using var connection = new SqliteConnection($"Data Source={file};Mode=ReadOnly");
        connection.Open();
        var tables = new List<string>();
        using (var list = connection.CreateCommand())
        {
            list.CommandText = "select name from sqlite_master where type = 'table'";
            using var names = list.ExecuteReader();
            while (names.Read())
                tables.Add(names.GetString(0));
        }

        foreach (var table in tables)
        {
            using var all = connection.CreateCommand();
#pragma warning disable CA2100 // The names come from the database's own list.
            all.CommandText = $"select * from \"{table}\"";
#pragma warning restore CA2100
            using var rows = all.ExecuteReader();
            while (rows.Read())
                for (var place = 0; place < rows.FieldCount; place++)
                    yield return (
                        $"{Path.GetFileName(file)} {table}.{rows.GetName(place)}",
                        rows.GetValue(place) is byte[] bytes ? Convert.ToHexStringLower(bytes) : $"{rows.GetValue(place)}"
                    );
        }
    }

    private static async Task SendRawAsync(StandaloneProcess site, string request)
    {
        using var client = new System.Net.Sockets.TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, site.Address.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request));
        using var answer = new StreamReader(client.GetStream());
        (await answer.ReadLineAsync()).ShouldBe("HTTP/1.1 400 Bad Request");
    }

    private static void ShouldHoldNone(string text, IEnumerable<string> canaries, string where)
    {
        foreach (var canary in canaries)
            text.Contains(canary, StringComparison.OrdinalIgnoreCase).ShouldBeFalse($"{where} holds {canary}");
    }

    private static async Task<HttpResponseMessage> SendAsync(
        StandaloneProcess site,
        HttpMethod method,
        string path,
        string address,
        string? voter = null,
        object? body = null,
        string? form = null
    )
    {
        using var request = new HttpRequestMessage(method, path)
        {
            Content =
                form is not null ? new StringContent(form, Encoding.ASCII, "application/x-www-form-urlencoded")
                : body is not null ? JsonContent.Create(body)
                : null,
        };
        request.Headers.TryAddWithoutValidation("X-Forwarded-For", address);
        request.Headers.TryAddWithoutValidation("User-Agent", Agent);
        if (voter is not null)
            request.Headers.TryAddWithoutValidation("Cookie", $"voter={voter}");
        return await site.Http.SendAsync(request);
    }

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage answer) => await answer.Content.ReadFromJsonAsync<JsonElement>();
}
