using System.Net;
using System.Text.Json;

namespace Web.Tests;

public class ProxyTests
{
    [Fact]
    public async Task The_services_answer_on_the_one_origin()
    {
        await using var site = await Site.OpenAsync();
        using var answer = await site.GetAsync("/api/tools/cursor-2-0");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("slug").GetString().ShouldBe("cursor-2-0");
        using var voters = await site.SendAsync(HttpMethod.Post, "/api/voters", null);
        voters.Headers.GetValues("Set-Cookie").Single().ShouldStartWith("voter=fresh-voter;");
    }

    [Fact]
    public async Task A_service_that_is_gone_is_a_503_worth_repeating()
    {
        await using var site = await Site.OpenAsync("--Services:Voting=http://127.0.0.1:9");
        using var answer = await site.SendAsync(HttpMethod.Put, "/api/votes/cursor-2-0", new StringContent("{}"));
        answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        answer.Headers.RetryAfter.ShouldNotBeNull();
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
    }

    [Theory]
    [InlineData("PUT", "/api/votes/cursor-2-0", HttpStatusCode.RequestEntityTooLarge)]
    [InlineData("POST", "/newsletter", HttpStatusCode.BadRequest)]
    public async Task A_huge_body_is_refused_in_words_though_it_is_sent_without_asking(string method, string path, HttpStatusCode status)
    {
        await using var site = await Site.OpenAsync();
        for (var n = 0; n < 10; n++)
        {
            var body = new StringContent(
                "email=" + new string('a', 5_000_000),
                System.Text.Encoding.UTF8,
                "application/x-www-form-urlencoded"
            );
            using var answer = await site.SendAsync(new HttpMethod(method), path, body);
            answer.StatusCode.ShouldBe(status);
        }
    }

    [Fact]
    public async Task Replicas_of_a_service_take_turns()
    {
        await using var first = await FakeBackend.StartAsync();
        await using var second = await FakeBackend.StartAsync();
        await using var site = await Site.OpenAsync($"--Services:Voting={first.Address};{second.Address}");
        for (var vote = 0; vote < 10; vote++)
            (await site.SendAsync(HttpMethod.Put, "/api/votes/cursor-2-0", new StringContent("{}"))).Dispose();
        first.Received.Count(request => request.Method == "PUT").ShouldBe(5);
        second.Received.Count(request => request.Method == "PUT").ShouldBe(5);
    }

    [Fact]
    public async Task One_description_covers_all_services_and_keeps_one_that_went_away()
    {
        await using var site = await Site.OpenAsync();
        for (var away = 0; away < 2; away++)
        {
            using var answer = await site.GetAsync("/openapi/v1.json");
            var api = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
            api.GetProperty("paths").TryGetProperty("/api/thing", out _).ShouldBeTrue();
            api.GetProperty("paths").GetProperty("/api/thing").ToString().ShouldContain("#/components/schemas/Thing");
            api.GetProperty("components").GetProperty("schemas").TryGetProperty("Thing", out _).ShouldBeTrue();
            site.Backend.Down["OpenApi"] = true;
        }
    }

    [Fact]
    public async Task Web_is_ready_though_the_catalog_is_not()
    {
        await using var site = await Site.OpenAsync();
        site.Backend.Down["Catalog"] = true;
        using var answer = await site.GetAsync("/health/ready");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("Degraded");
    }
}
