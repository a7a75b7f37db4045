using System.Net;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Shouldly;
using Testing;
using Xunit;

namespace EndToEnd.Tests;

/// <summary>The public contract as programs read it, and the requests that a stranger tries first.</summary>
public partial class ContractTests(Site site)
{
    private const string Golden = "tests/EndToEnd/openapi.json";
    private const string Switch = "UPDATE_CONTRACT";
    private static readonly string[] Methods = ["get", "put", "post", "delete"];

    // For people to compare: a line a value, and letters as letters.
    private static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    [Fact]
    public async Task The_public_contract_changes_only_in_review()
    {
        var now = JsonNode.Parse(await site.Http.GetStringAsync("/openapi/v1.json"))!.ToJsonString(Readable) + "\n";
        var file = Path.Combine(Root(), Golden);
        if (Environment.GetEnvironmentVariable(Switch) == "1")
            await File.WriteAllTextAsync(file, now, TestContext.Current.CancellationToken);
        var kept = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        var (before, after) = (kept.Split('\n'), now.Split('\n'));
        var first = before.Zip(after).TakeWhile(pair => pair.First == pair.Second).Count();
        (kept == now).ShouldBeTrue(
            $"The API differs from {Golden} from line {first + 1} on:\n"
                + $"- {before.ElementAtOrDefault(first)}\n+ {after.ElementAtOrDefault(first)}\n"
                + $"If that is meant, run this test with {Switch}=1 and commit the file, so that the change is seen in review."
        );
    }

    [Theory]
    [InlineData(
        "post /api/voters, delete /api/voters, put /api/votes/{tool}, delete /api/votes/{tool}, get /api/votes/{tool}, get /api/votes"
    )]
    [InlineData("get /api/ledger, get /api/ledger/totals, get /api/moderation, get /api/moderation/cases")]
    [InlineData("post /api/moderation/cases/{id}/hold, post /api/moderation/cases/{id}/release, post /api/moderation/cases/{id}/void")]
    [InlineData(
        "get /log/checkpoint, get /log/tile/{address}, get /log/proof/{index}, get /log/tally/{tool}, get /log/key, get /log/policy"
    )]
    [InlineData(
        "get /api/tallies/{tool}, get /api/tallies, get /api/tallies/{tool}/history, get /api/tallies/top, get /api/tallies/stream"
    )]
    [InlineData("get /api/tools, get /api/tools/{slug}, get /api/comparisons, get /api/comparisons/{slug}, get /api/categories")]
    [InlineData("put /api/tools/{slug}, delete /api/tools/{slug}, put /api/tools/{slug}/reviews/{reviewer}, put /api/reviewers/{slug}")]
    [InlineData("put /api/comparisons/{slug}, delete /api/comparisons/{slug}, post /api/newsletter/subscriptions")]
    [InlineData("get /badge/{tool}.svg, get /badge/{tool}.json, get /embed/{tool}, get /embed/compare/{pair}, get /embed.js, get /oembed")]
    [InlineData("get /api/webhooks, post /api/webhooks, delete /api/webhooks/{id}, post /api/webhooks/{id}/test")]
    [InlineData("get /api/webhooks/{id}/deliveries, post /api/webhooks/deliveries/{id}/retry")]
    public async Task Every_route_of_the_public_contract_is_described(string routes)
    {
        var described = (await OperationsAsync()).Select(operation => $"{operation.Method} {operation.Path}").ToList();
        routes.Split(", ").Where(route => !described.Contains(route)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Every_operation_has_a_name_of_its_own_and_explains_itself_and_its_parameters()
    {
        var operations = await OperationsAsync();
        operations.Select(operation => (string?)operation.Node["operationId"]).ShouldBeUnique();
        var tags = (await DocumentAsync())["tags"]!
            .AsArray()
            .Where(tag => tag!["description"] is not null)
            .Select(tag => (string?)tag!["name"])
            .ToHashSet();
        foreach (var (method, path, operation) in operations)
        {
            var route = $"{method} {path}";
            ((string?)operation["operationId"]).ShouldNotBeNullOrEmpty(route);
            ((string?)operation["summary"]).ShouldNotBeNullOrEmpty(route);
            operation["tags"]!.AsArray().ShouldAllBe(tag => tags.Contains((string?)tag), route);
            foreach (var parameter in operation["parameters"] as JsonArray ?? [])
                ((string?)parameter!["description"]).ShouldNotBeNullOrEmpty($"{route}: {parameter["name"]}");
            operation["responses"]!.AsObject().ShouldContain(answer => answer.Key[0] == '2' || answer.Key[0] == '3', route);
        }
    }

    [Fact]
    public async Task Schemas_have_names_that_are_unique_in_all_services_and_choices_are_enumerated()
    {
        var schemas = (await DocumentAsync())["components"]!["schemas"]!.AsObject();
        // The framework numbers types that share a name.
        schemas.Select(schema => schema.Key).Where(name => char.IsDigit(name[^1])).ShouldBeEmpty();
        Words(schemas, "VoteRequest", "choice").ShouldBe(["ship", "skip"]);
        Words(schemas, "Vote", "state").ShouldBe(["counted", "held", "void", null]);
        Words(schemas, "LedgerEntry", "kind").ShouldBe(["vote", "hold", "release", "void", "key"]);
        schemas["HistoryBucket"]!["enum"]!.AsArray().Select(word => (string?)word).ShouldBe(["minute", "hour", "day"]);
        ((string?)schemas["Tally"]!["properties"]!["held"]!["description"]).ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task Conditional_guarded_and_private_operations_say_so()
    {
        var operations = (await OperationsAsync()).ToDictionary(
            operation => (string)operation.Node["operationId"]!,
            operation => operation.Node
        );
        foreach (var read in (string[])["listTools", "getTool", "getComparison", "getBadge"])
        {
            Parameters(operations[read]).ShouldContain("If-None-Match");
            operations[read]["responses"]!["304"].ShouldNotBeNull();
        }

        foreach (var edit in (string[])["putTool", "retireTool", "putReview", "putComparison", "saveDraft"])
        {
            Parameters(operations[edit]).ShouldContain("If-Match");
            operations[edit]["responses"]!["412"].ShouldNotBeNull();
            operations[edit]["security"]!.ToJsonString().ShouldBe("""[{"editorToken":[]}]""");
        }

        operations["getVote"]["security"]!.ToJsonString().ShouldBe("""[{"voterCookie":[]},{"voterToken":[]}]""");
        operations["castVote"]["requestBody"]!["content"]!["application/json"]!["example"]!["choice"]!.ToString().ShouldBe("ship");
        operations["getTally"]["security"].ShouldBeNull();
        var schemes = (await DocumentAsync())["components"]!["securitySchemes"]!.AsObject().Select(scheme => scheme.Key);
        schemes.ShouldBe(["editorToken", "voterCookie", "voterToken"], ignoreOrder: true);
    }

    [Fact]
    public async Task The_description_is_made_once_and_not_sent_again_to_those_who_have_it()
    {
        using var first = await site.Http.GetAsync("/openapi/v1.json", TestContext.Current.CancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/openapi/v1.json");
        request.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        using var again = await site.Http.SendAsync(request, TestContext.Current.CancellationToken);
        again.StatusCode.ShouldBe(HttpStatusCode.NotModified);
        again.Headers.ETag.ShouldBe(first.Headers.ETag);
    }

    [Theory]
    [InlineData("Catalog")]
    [InlineData("Voting")]
    [InlineData("Tally")]
    [InlineData("Newsletter")]
    [InlineData("Webhooks")]
    [InlineData("Web")]
    public async Task Every_request_to_try_is_one_the_API_has_and_public_reads_succeed(string service)
    {
        var operations = await OperationsAsync();
        var origin = site.Address.GetLeftPart(UriPartial.Authority);
        var requests = Requests(await File.ReadAllTextAsync(Path.Combine(Root(), "services", service, $"{service}.http")), origin).ToList();
        requests.ShouldNotBeEmpty();
        foreach (var request in requests)
        {
            var path = new Uri(request.Target).AbsolutePath;
            operations
                .Where(operation => operation.Method == request.Method && Matches(operation.Path, path))
                .ShouldNotBeEmpty($"{request.Method} {request.Target}");
            if (request.Body.Length > 0)
                JsonDocument.Parse(request.Body).Dispose();
            // What proves something needs a vote first.
            if (request.Method == "get" && !request.IsPrivate && !path.StartsWith("/log/", StringComparison.Ordinal))
            {
                using var answer = await site.Http.GetAsync(request.Target, HttpCompletionOption.ResponseHeadersRead);
                answer.StatusCode.ShouldBe(HttpStatusCode.OK, request.Target);
            }
        }
    }

    private static List<string?> Words(JsonObject schemas, string schema, string property) =>
        [.. schemas[schema]!["properties"]![property]!["enum"]!.AsArray().Select(word => (string?)word)];

    private static IEnumerable<string> Parameters(JsonObject operation) =>
        operation["parameters"]!.AsArray().Select(parameter => (string)parameter!["name"]!);

    private static bool Matches(string template, string path) =>
        Regex.IsMatch(path, "^" + Placeholder().Replace(Regex.Escape(template), "[^/]+") + "$");

    private async Task<JsonObject> DocumentAsync() => JsonNode.Parse(await site.Http.GetStringAsync("/openapi/v1.json"))!.AsObject();

    private async Task<List<(string Method, string Path, JsonObject Node)>> OperationsAsync() =>
        [
            .. (await DocumentAsync())["paths"]!
                .AsObject()
                .SelectMany(path =>
                    path.Value!.AsObject()
                        .Where(member => Methods.Contains(member.Key))
                        .Select(member => (member.Key, path.Key, member.Value!.AsObject()))
                ),
        ];

    // The little of the format that the files use: variables, named requests, headers, a body after an empty line.
    private static IEnumerable<(string Method, string Target, bool IsPrivate, string Body)> Requests(string file, string origin)
    {
        file.ShouldContain("@host = http://localhost:8080\n");
        var variables = Variable().Matches(file).ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value.Trim());
        foreach (var part in file.Split("###"))
        {
            var lines = part.Split('\n').ToList();
            var at = lines.FindIndex(line => RequestLine().IsMatch(line));
            if (at < 0)
                continue;
            var request = RequestLine().Match(lines[at]);
            var target = request.Groups[2].Value.Replace("{{host}}", origin);
            foreach (var (name, value) in variables)
                target = target.Replace($"{{{{{name}}}}}", value);
            var body = string.Join('\n', lines.Skip(at).SkipWhile(line => line.Trim().Length > 0)).Trim();
            yield return (
                request.Groups[1].Value.ToLowerInvariant(),
                Answer().Replace(target, "answered"),
                part.Contains("Authorization:", StringComparison.Ordinal),
                body
            );
        }
    }

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Voting.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests run outside of the repository.");
        return folder;
    }

    [GeneratedRegex(@"\\\{[^}]+}")]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"^@(\w+) = (.+)$", RegexOptions.Multiline)]
    private static partial Regex Variable();

    [GeneratedRegex(@"^(GET|PUT|POST|DELETE) (\S+)\s*$")]
    private static partial Regex RequestLine();

    [GeneratedRegex(@"\{\{\w+\.response\.[^}]+}}")]
    private static partial Regex Answer();
}
