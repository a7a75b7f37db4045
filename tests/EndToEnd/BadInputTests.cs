using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Shouldly;
using Xunit;

namespace EndToEnd.Tests;

/// <summary>Promise **Bounded**: every route of the published API description is asked nonsense; none answers 5xx, and nothing moves.</summary>
public class BadInputTests(Site site)
{
    private static readonly string[] Names = ["no-such", "-", "a--b", "A", "%00", "..%2f..%2fetc", new('x', 3000), "%F0%9F%92%A9", "%C3%28", "1' or '1'='1", "a-vs-b", "a-vs-a", "${jndi}"];
    private static readonly string[] Queries = ["", "?page=-1", "?page=999999999999999999999", "?limit=0", "?limit=x", "?after=-9223372036854775809", "?sort=%00", "?q=" + "%25".PadRight(3000, '%'), "?tool=&tool=%00", "?bucket=year", "?token=%00"];
    private static readonly string?[] Bodies = [null, "", "{", "null", "[]", "{}", "{\"choice\":1}", "{\"email\":1}", "{\"email\":\"x\"}", new('[', 40_000), "\u0000", "\"" + new string('x', 60_000) + "\"", new('x', 200_000)];

    [Fact]
    public async Task No_route_answers_5xx_whatever_it_is_asked()
    {
        var description = await site.Http.GetFromJsonAsync<JsonElement>("/openapi/v1.json");
        var ledger = await site.Http.GetStringAsync("/api/ledger/totals");
        var failures = new List<string>();
        foreach (var path in description.GetProperty("paths").EnumerateObject())
            foreach (var operation in path.Value.EnumerateObject().Where(operation => operation.Name is "get" or "put" or "post" or "delete"))
                foreach (var (url, body) in Variations(path.Name, operation.Name))
                    await AskAsync(operation.Name, url, body, failures);

        failures.ShouldBeEmpty();
        (await site.Http.GetStringAsync("/api/ledger/totals")).ShouldBe(ledger);
    }

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
                foreach (var body in Bodies)
                    yield return (url, body);
        }
    }

    private static string Fill(string path, string name) => System.Text.RegularExpressions.Regex.Replace(path, @"\{[^}]+\}", name);

    private async Task AskAsync(string method, string url, string? body, List<string> failures)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method.ToUpperInvariant()), new Uri(site.Address, url));
        request.Headers.TryAddWithoutValidation("Authorization", "Voter nonsense");
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        try
        {
            using var answer = await site.Http.SendAsync(request);
            if ((int)answer.StatusCode >= 500)
                failures.Add($"{method} {url[..Math.Min(url.Length, 120)]} ({body?[..Math.Min(body.Length, 30)]}): {(int)answer.StatusCode}");
        }
        catch (HttpRequestException) when (body?.Length > 64 * 1024)
        {
            // The server may hang up on a body that is too large while it is still being sent.
        }
    }
}
