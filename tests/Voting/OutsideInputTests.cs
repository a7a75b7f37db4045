using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Hosting;
using Hosting.Configuration;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Voting.Tests;

/// <summary>What every service makes of requests that are spelt in unusual ways.</summary>
public sealed class OutsideInputTests : IAsyncLifetime
{
    private const string Tool = "cursor-2-0";
    private TestVoting _voting = null!;

    public async ValueTask InitializeAsync() =>
        _voting = await TestVoting.StartAsync(settings: ["--Web:PublicOrigin=https://Bücher.example"]);

    public ValueTask DisposeAsync() => _voting.DisposeAsync();

    [Theory]
    [InlineData("xn--bcher-kva.example", "http://xn--bcher-kva.example")]
    [InlineData("xn--bcher-kva.example:80", "http://xn--bcher-kva.example")]
    [InlineData("xn--bcher-kva.example:8080", "http://xn--bcher-kva.example:8080")]
    [InlineData("VERDICTS.example", "http://verdicts.example")]
    [InlineData("verdicts.example:443", "https://verdicts.example")]
    [InlineData("[::1]:8080", "http://[::1]:8080")]
    [InlineData("127.0.0.1", "https://xn--bcher-kva.example")]
    [InlineData("internal-name:8080", "https://xn--bcher-kva.example")]
    public async Task A_site_may_vote_whose_host_is_spelt_otherwise_than_its_origin_and_so_may_the_configured_origin(
        string host,
        string origin
    ) => (await PutFromAsync(host, origin)).StatusCode.ShouldBe(HttpStatusCode.OK);

    [Theory]
    [InlineData("xn--bcher-kva.example", "http://xn--bcher-xyz.example")]
    [InlineData("xn--bcher-kva.example", "http://bcher-kva.example")]
    [InlineData("verdicts.example", "http://verdicts.example:8080")]
    [InlineData("verdicts.example", "http://verdicts.example.evil.example")]
    [InlineData("verdicts.example", "http://evil.example@verdicts.example.evil.example")]
    [InlineData("verdicts.example", "null")]
    [InlineData("verdicts.example", "http://")]
    [InlineData("verdicts.example", "http://xn--a.example")]
    [InlineData("verdicts.example", "ftp://verdicts.example")]
    [InlineData("verdicts.example", "http://xn--bcher-kva.example")]
    [InlineData("verdicts.example", "https://xn--bcher-kva.example:8443")]
    public async Task Own_vote_only_another_sites_origin_is_refused_however_it_is_spelt(string host, string origin) =>
        (await PutFromAsync(host, origin)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);

    [Theory]
    [InlineData("application/json; charset=utf-8", HttpStatusCode.OK)]
    [InlineData("application/json; charset=\"utf-8\"", HttpStatusCode.OK)]
    [InlineData("application/json; charset=UTF8", HttpStatusCode.OK)]
    [InlineData("application/json; charset=us-ascii", HttpStatusCode.OK)]
    [InlineData("application/vnd.vote+json; charset=\"UTF-8\"", HttpStatusCode.OK)]
    [InlineData("application/json; charset=windows-1252", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/json; charset=utf-16", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/json; charset=\"no-such\"", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/json; charset=\"", HttpStatusCode.UnsupportedMediaType)]
    public async Task Json_is_utf8_however_its_charset_is_spelt_and_any_other_charset_is_415(string type, HttpStatusCode expected)
    {
        var body = new ByteArrayContent(Encoding.UTF8.GetBytes("""{"choice":"ship"}"""));
        body.Headers.TryAddWithoutValidation("Content-Type", type);
        (await _voting.SendAsync(HttpMethod.Put, $"/api/votes/{Tool}", await _voting.NewVoterAsync(), body)).StatusCode.ShouldBe(expected);
    }

    [Fact]
    public async Task Every_get_route_answers_head_alike_without_a_body()
    {
        var voter = await _voting.NewVoterAsync();
        var routes = _voting
            .App.Services.GetRequiredService<EndpointDataSource>()
            .Endpoints.OfType<RouteEndpoint>()
            .Where(route => route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Contains("GET") == true)
            .Select(route =>
                route
                    .RoutePattern.RawText!.Replace("{tool}", Tool, StringComparison.Ordinal)
                    .Replace("{documentName}", "v1", StringComparison.Ordinal)
            )
            .ToList();
        routes.ShouldContain("/api/votes/" + Tool);
        routes.ShouldContain("/api/ledger/totals");
        foreach (var path in routes.Distinct())
        {
            using var get = await _voting.SendAsync(HttpMethod.Get, path, voter);
            using var head = await _voting.SendAsync(HttpMethod.Head, path, voter);
            head.StatusCode.ShouldBe(get.StatusCode, path);
            head.Content.Headers.ContentType.ShouldBe(get.Content.Headers.ContentType, path);
            (await head.Content.ReadAsByteArrayAsync()).ShouldBeEmpty(path);
        }

        (await _voting.Http.GetStringAsync("/openapi/v1.json")).ShouldNotContain("\"head\"");
    }

    [Theory]
    [InlineData("__HOST-voter")]
    [InlineData("__host-voter")]
    [InlineData("__Host-Voter")]
    [InlineData("voter")]
    public async Task Own_vote_only_a_cookie_of_another_spelling_than_browsers_guard_is_not_the_voters(string name)
    {
        var voter = await _voting.NewVoterAsync();
        (await WithCookieAsync($"{name}={voter}")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await WithCookieAsync($"{name}={voter}; __Host-voter={await _voting.NewVoterAsync()}; {name}={voter}")).StatusCode.ShouldBe(
            HttpStatusCode.OK
        );
        (await _voting.SendAsync(HttpMethod.Get, $"/api/votes/{Tool}", voter)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await TestVoting.JsonAsync(await _voting.SendAsync(HttpMethod.Get, $"/api/votes/{Tool}", voter)))
            .GetProperty("seq")
            .GetInt64()
            .ShouldBe(0, "the other cookie's voter voted");
    }

    [Theory]
    [InlineData("--urls=http://127.0.0.1:0/base", "urls")]
    [InlineData("--urls=http://127.0.0.1:0;http://[::1]:0/base/", "urls")]
    [InlineData("--PathBase=/base", "PathBase")]
    [InlineData("--Web:PublicOrigin=https://verdicts.example/base", "Web__PublicOrigin")]
    [InlineData("--Web:PublicOrigin=verdicts.example", "Web__PublicOrigin")]
    [InlineData("--AllowedHosts=verdicts.example;http://a b", "AllowedHosts")]
    public void A_path_to_be_served_under_stops_the_start_with_a_line_that_names_the_setting(string setting, string name) =>
        Should
            .Throw<SettingException>(() => Service.Build("Voting", [setting], _ => { }, _ => { }))
            .Message.ShouldStartWith($"Setting {name}: ");

    [Theory]
    [InlineData("--urls=http://127.0.0.1:0/")]
    [InlineData("--urls=http://unix:/tmp/voting-tests.sock")]
    [InlineData("--PathBase=/")]
    public async Task Addresses_without_a_path_are_served(string setting) =>
        await Service.Build("Voting", [setting], _ => { }, _ => { }).DisposeAsync();

    private async Task<HttpResponseMessage> PutFromAsync(string host, string origin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/api/votes/{Tool}")
        {
            Content = new StringContent("""{"choice":"ship"}""", Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Voter", await _voting.NewVoterAsync());
        request.Headers.Host = host;
        request.Headers.TryAddWithoutValidation("Origin", origin);
        return await _voting.Http.SendAsync(request);
    }

    private async Task<HttpResponseMessage> WithCookieAsync(string cookie)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/api/votes/{Tool}")
        {
            Content = new StringContent("""{"choice":"ship"}""", Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("X-Forwarded-Proto", "https");
        request.Headers.Add("Cookie", cookie);
        return await _voting.Http.SendAsync(request);
    }
}
