using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Shouldly;
using Xunit;

namespace EndToEnd.Tests;

/// <summary>
/// Promise **Bounded**: every route of the published API description is asked nonsense; none answers 5xx, and nothing moves.
/// </summary>
public class BadInputTests(Site site)
{
    private static readonly string[] Names =
    [
        "no-such",
        "-",
        "a--b",
        "A",
        "%00",
        "..%2f..%2fetc",
        new('x', 3000),
        "%F0%9F%92%A9",
        "%C3%28",
        "1' or '1'='1",
        "a-vs-b",
        "a-vs-a",
        "${jndi}",
    ];
    private static readonly string[] Queries =
    [
        "",
        "?page=-1",
        "?page=999999999999999999999",
        "?limit=0",
        "?limit=x",
        "?after=-9223372036854775809",
        "?sort=%00",
        "?q=" + "%25".PadRight(3000, '%'),
        "?tool=&tool=%00",
        "?bucket=year",
        "?token=%00",
    ];
    private string _voter = "",
        _editor = "";
    private int _asked;

    private static readonly string?[] Bodies =
    [
        null,
        "",
        "{",
        "null",
        "[]",
        "{}",
        "{\"choice\":1}",
        "{\"email\":1}",
        "{\"email\":\"x\"}",
        new('[', 40_000),
        "\u0000",
        "\"" + new string('x', 60_000) + "\"",
        new('x', 200_000),
    ];

    [Fact]
    public async Task No_route_answers_5xx_whatever_it_is_asked()
    {
        var description = await site.Http.GetFromJsonAsync<JsonElement>("/openapi/v1.json");
        var ledger = await site.Http.GetStringAsync("/api/ledger/totals");
        // As a stranger one comes no further than to a 401 on most routes.
        using var voters = await site.Http.PostAsync("/api/voters", null);
        _voter = (await voters.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("token").GetString()!;
        _editor = await site.EditorTokenAsync("fuzz");
        var failures = new List<string>();
        foreach (var path in description.GetProperty("paths").EnumerateObject())
            foreach (var operation in path.Value.EnumerateObject().Where(operation => operation.Name is "get" or "put" or "post" or "delete"))
                foreach (var (url, body) in Variations(path.Name, operation.Name))
                    await AskAsync(operation.Name, url, body, failures);

        failures.ShouldBeEmpty();
        (await site.Http.GetStringAsync("/api/ledger/totals")).ShouldBe(ledger);
    }

    [Fact]
    public async Task Bounded_no_page_or_read_answers_5xx_or_logs_an_error_whatever_its_query_and_headers()
    {
        var description = await site.Http.GetFromJsonAsync<JsonElement>("/openapi/v1.json");
        string[] paths =
        [
            .. description
                .GetProperty("paths")
                .EnumerateObject()
                .Where(path => path.Value.TryGetProperty("get", out _))
                .Select(path => Fill(path.Name, "cursor-2-0"))
                .Where(path => !path.EndsWith("/stream", StringComparison.Ordinal)),
            "/",
            "/tools",
            "/tools/cursor-2-0",
            "/compare",
            "/compare/cursor-2-0-vs-smolvlm2-2b",
            "/categories/developer-tools",
            "/feed.xml",
            "/newsletter",
            "/newsletter/feed.xml",
            "/newsletter/2026-w01",
            "/sitemap.xml",
            "/robots.txt",
            "/votes",
            "/vote/first?tool=cursor-2-0&choice=ship&return=/",
            "/vote/done",
            "/tools/cursor-2-0/card.png",
            "/health/live",
            "/health/ready",
            "/metrics",
            "/favicon.ico",
            "/hubs/tallies",
            "/api/catalog/tools",
            "/methodology",
        ];
        // Headers in bytes that are no ASCII, and redirects looked at instead of followed.
        using var http = new HttpClient(
            new SocketsHttpHandler
            {
                RequestHeaderEncodingSelector = (_, _) => Encoding.Latin1,
                AllowAutoRedirect = false,
                UseCookies = false,
            }
        );
        var (errors, failures, dice) = (site.Errors.Count, new List<string>(), new Random(7));
        for (var n = 0; n < 2_000; n++)
        {
            var path = paths[n % paths.Length];
            var query = string.Join(
                '&',
                Enumerable
                    .Range(0, dice.Next(4))
                    .Select(_ => $"{Parameters[dice.Next(Parameters.Length)]}={Values[dice.Next(Values.Length)]}")
            );
            var headers = Enumerable
                .Range(0, dice.Next(1, 5))
                .Select(_ => (Name: Headers[dice.Next(Headers.Length)], Value: HeaderValues[dice.Next(HeaderValues.Length)]))
                .ToArray();
            var url = query.Length == 0 ? path : $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{query}";
            using var request = new HttpRequestMessage(dice.Next(8) == 0 ? HttpMethod.Head : HttpMethod.Get, new Uri(site.Address, url));
            foreach (var (name, value) in headers)
                request.Headers.TryAddWithoutValidation(name, value);
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            if ((int)answer.StatusCode >= 500)
                failures.Add($"{url} with {string.Join("; ", headers)}: {(int)answer.StatusCode}");
        }

        failures.ShouldBeEmpty();
        site.Errors.Skip(errors).ShouldBeEmpty();
    }

    private static readonly string[] Parameters =
    [
        "page",
        "sort",
        "q",
        "tool",
        "category",
        "bucket",
        "limit",
        "after",
        "before",
        "price",
        "verdict",
        "a",
        "b",
        "token",
        "x",
    ];

    private static readonly string[] Values =
    [
        "",
        "-1",
        "0",
        "9223372036854775808",
        "NaN",
        "1e9",
        "%00",
        "%C3%28",
        "%F0%9F%92%A9",
        "%ED%A0%80",
        "a-vs-b",
        "cursor-2-0",
        "relevance",
        "minute",
        "%2e%2e%2f",
        "%25%25",
        "+",
        "%E2%80%AE",
    ];

    private static readonly string[] Headers =
    [
        "Host",
        "Accept",
        "Accept-Encoding",
        "Accept-Language",
        "If-None-Match",
        "If-Match",
        "If-Modified-Since",
        "If-Range",
        "Range",
        "Cookie",
        "Authorization",
        "Last-Event-ID",
        "traceparent",
        "tracestate",
        "baggage",
        "Origin",
        "Sec-Fetch-Site",
        "X-Forwarded-For",
        "X-Forwarded-Proto",
        "X-Forwarded-Host",
        "Forwarded",
        "Own-Call",
        "Content-Type",
        "Referer",
        "User-Agent",
        "Upgrade",
        "Sec-WebSocket-Key",
        "X-HTTP-Method-Override",
    ];

    private static readonly string[] HeaderValues =
    [
        "",
        "*",
        "nonsense",
        ",,,",
        ";;;=",
        "\"",
        "W/\"",
        "\"a\",W/\"b\", *",
        "bytes=0-0,-1,5-",
        "bytes=9223372036854775807-",
        "bytes=1-0",
        "Thu, 99 Foo 99999 00:00:00 GMT",
        "br;q=NaN, gzip;q=9, *;q=-1",
        "xn--0",
        "xn--zzzzzzzzz99999.example",
        "[::1",
        "localhost:99999",
        "http://xn--0",
        "null",
        "127.0.0.1, ::1%25, x",
        "[::ffff:1.2.3.4]:65536",
        "for=\"[::1\";proto=",
        "https",
        "javascript",
        "00-0-0-0",
        "00-ffffffffffffffffffffffffffffffff-ffffffffffffffff-ff",
        "Bearer",
        "Bearer a.b.c",
        "Bearer eyJhbGciOiJub25lIn0.e30.",
        "Voter",
        "Voter ====",
        "voter=; __Host-voter=x; voter",
        "editor=%00; editor-state==",
        "application/json; charset=\"utf-7\"",
        "multipart/form-data; boundary=",
        "1764201600 a=1 a=-1",
        "text/html, */*;q=0.1",
        "de-DE-x-\u00e9;q=0.\u00fc",
        "websocket",
    ];

    private static IEnumerable<(string Url, string? Body)> Variations(string path, string method)
    {
        var filled = path.Contains('{', StringComparison.Ordinal) ? Names.Select(name => Fill(path, name)) : [path];
        foreach (var url in filled)
        {
            if (url.Contains("/stream", StringComparison.Ordinal))
                continue;
            if (method is "get" or "delete")
                foreach (var query in Queries)
                    yield return (url + query, null);
            else
                foreach (
                    var body in Bodies.Concat(
                        Enumerable.Range(0, 12).Select(seed => AnyJson(new Random(HashCode.Combine(path.Length, seed))))
                    )
                )
                    yield return (url, body);
        }
    }

    /// <summary>JSON that could have been meant: the fields there are, with values of every kind.</summary>
    private static string AnyJson(Random dice, int depth = 0)
    {
        string[] fields =
        [
            "choice",
            "email",
            "token",
            "name",
            "tagline",
            "maker",
            "description",
            "website",
            "category",
            "slug",
            "pricing",
            "entryPrice",
            "label",
            "amount",
            "currency",
            "period",
            "plans",
            "retired",
            "verdict",
            "quote",
            "summary",
            "role",
            "note",
        ];
        string[] values =
        [
            "null",
            "true",
            "0",
            "-1",
            "1e400",
            "123456789012345678901234567890",
            "0.1",
            "\"\"",
            "\"ship\"",
            "\"2026-11-24\"",
            "\"https://x.example\"",
            "\"\\u0000\"",
            "\"\\ud800\"",
            "\"\\uFFFF<script>\"",
            "\"a@example.org\"",
            $"\"{new string('x', 5000)}\"",
            "[]",
            "{}",
        ];
        return dice.Next(depth < 3 ? 4 : 2) switch
        {
            2 => $"[{string.Join(',', Enumerable.Range(0, dice.Next(4)).Select(_ => AnyJson(dice, depth + 1)))}]",
            3 =>
                $"{{{string.Join(',', Enumerable.Range(0, dice.Next(1, 12)).Select(_ => $"\"{fields[dice.Next(fields.Length)]}\":{AnyJson(dice, depth + 1)}"))}}}",
            _ when depth == 0 =>
                $"{{{string.Join(',', fields.OrderBy(_ => dice.Next()).Take(14).Select(field => $"\"{field}\":{AnyJson(dice, 1)}"))}}}",
            _ => values[dice.Next(values.Length)],
        };
    }

    private static string Fill(string path, string name) => System.Text.RegularExpressions.Regex.Replace(path, @"\{[^}]+\}", name);

    private async Task AskAsync(string method, string url, string? body, List<string> failures)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method.ToUpperInvariant()), new Uri(site.Address, url));
        var turn = _asked++ % 8;
        var editors =
            method is "put" or "delete" && !url.StartsWith("/api/vote", StringComparison.Ordinal)
            || url.StartsWith("/api/edits", StringComparison.Ordinal)
            || url.Contains("/preview", StringComparison.Ordinal);
        request.Headers.TryAddWithoutValidation(
            "Authorization",
            turn == 7 ? "Voter nonsense"
                : editors ? $"Bearer {_editor}"
                : $"Voter {_voter}"
        );
        if (editors)
            request.Headers.TryAddWithoutValidation(
                turn % 2 == 0 ? "If-Match" : "If-None-Match",
                turn switch
                {
                    0 => "*",
                    1 => "*",
                    2 => "\"1\"",
                    3 => "\"",
                    _ => "nonsense",
                }
            );
        // Refused without being read, a body that is too large ends the connection; the next request should not find that out.
        request.Headers.ConnectionClose = body?.Length > 64 * 1024;
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        try
        {
            using var answer = await site.Http.SendAsync(request);
            if ((int)answer.StatusCode >= 500)
                failures.Add(
                    $"{method} {url[..Math.Min(url.Length, 120)]} ({body?[..Math.Min(body.Length, 30)]}): {(int)answer.StatusCode}"
                );
        }
        catch (HttpRequestException) when (body?.Length > 64 * 1024)
        {
            // The server may hang up on a body that is too large while it is still being sent.
        }
        catch (HttpRequestException cut)
        {
            failures.Add(
                $"{method} {url[..Math.Min(url.Length, 120)]} ({body?[..Math.Min(body.Length, 30)]}, {body?.Length}): {cut.InnerException?.Message ?? cut.Message}"
            );
        }
    }
}
