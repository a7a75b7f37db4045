using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Shouldly;
using Xunit;

namespace EndToEnd.Tests;

/// <summary>Promise **No personal data**, by canaries: marked addresses, agents, tokens and mail addresses are sent in, and then looked for wherever they must not be.</summary>
public class PrivacyTests
{
    private const string Address = "203.0.113.77";
    private const string AddressV6 = "2001:db8:cafe:babe::77";
    private const string Agent = "CanaryBrowser/77.7";
    private const string Mail = "canary.seventy-seven@example.org";

    [Fact]
    public async Task Nothing_of_a_reader_is_found_in_ledger_feeds_logs_at_every_level_or_metrics()
    {
        await using var site = new StandaloneProcess("--Logging:LogLevel:Default=Trace", "--Logging:LogLevel:Voting=Trace", "--Proxies:KnownNetworks:0=127.0.0.0/8");
        await site.StartAsync();

        var token = (await JsonAsync(await SendAsync(site, HttpMethod.Post, "/api/voters", Address))).GetProperty("token").GetString()!;
        var second = (await JsonAsync(await SendAsync(site, HttpMethod.Post, "/api/voters", AddressV6))).GetProperty("token").GetString()!;
        (await SendAsync(site, HttpMethod.Put, "/api/votes/cursor-2-0", Address, token, new { choice = "ship" })).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await SendAsync(site, HttpMethod.Put, "/api/votes/cursor-2-0", AddressV6, second, new { choice = "skip" })).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await SendAsync(site, HttpMethod.Put, "/api/votes/cursor-2-0", Address, token[..^1] + "A", new { choice = "ship" })).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await SendAsync(site, HttpMethod.Put, "/api/votes/canary-tool-77", Address, token, new { choice = "ship" })).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await SendAsync(site, HttpMethod.Get, "/votes", Address, token)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await SendAsync(site, HttpMethod.Post, "/api/newsletter/subscriptions", Address, null, new { email = Mail })).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await SendAsync(site, HttpMethod.Get, $"/tools?q={Uri.EscapeDataString(Mail)}", Address)).StatusCode.ShouldBe(HttpStatusCode.OK);

        string[] secrets = [Address, "203.0.113", AddressV6, "cafe:babe", Agent, token, second, token[10..50], Convert.ToHexStringLower(IPAddress.Parse(Address).GetAddressBytes())];
        foreach (var path in (string[])["/api/ledger", "/api/ledger/totals", "/metrics", "/feed.xml", "/api/tallies/cursor-2-0", "/health/ready"])
            ShouldHoldNone(await site.Http.GetStringAsync(path), [.. secrets, Mail, "canary-tool-77"], path);

        await Task.Delay(TimeSpan.FromSeconds(1));
        // Trace logs of the web server itself show raw requests; what must hold at every level are our own lines and those of the libraries we log through.
        ShouldHoldNone(OurLines(site.Output), [.. secrets, Mail], "the log");
        await site.KillAsync();

        SqliteConnection.ClearAllPools();
        foreach (var file in Directory.EnumerateFiles(site.Folder, "ledger.db*"))
            ShouldHoldNone(Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file)), [.. secrets, Mail], Path.GetFileName(file));
    }

    private static string OurLines(string output) => string.Join('\n', output.Split('\n').Where(line => !line.Contains(" Microsoft.AspNetCore.", StringComparison.Ordinal)));

    private static void ShouldHoldNone(string text, IEnumerable<string> canaries, string where)
    {
        foreach (var canary in canaries)
            text.Contains(canary, StringComparison.OrdinalIgnoreCase).ShouldBeFalse($"{where} holds {canary}");
    }

    private static async Task<HttpResponseMessage> SendAsync(StandaloneProcess site, HttpMethod method, string path, string address, string? voter = null, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.TryAddWithoutValidation("X-Forwarded-For", address);
        request.Headers.TryAddWithoutValidation("User-Agent", Agent);
        if (voter is not null)
            request.Headers.TryAddWithoutValidation("Cookie", $"voter={voter}");
        return await site.Http.SendAsync(request);
    }

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage answer) => await answer.Content.ReadFromJsonAsync<JsonElement>();
}
