using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Shouldly;
using Xunit;

namespace Webhooks.Tests;

public sealed class InputTests : IAsyncLifetime
{
    private Publisher _publisher = null!;

    public async ValueTask InitializeAsync() => _publisher = await Publisher.OnAsync(null);

    public ValueTask DisposeAsync() => _publisher.DisposeAsync();

    private static async Task<(HttpStatusCode Status, string Body)> PostAsync(HttpClient client, string path, string? json)
    {
        using var content = json is null ? null : new StringContent(json, Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync(path, content);
        if (!answer.IsSuccessStatusCode)
            answer.Content.Headers.ContentType?.MediaType.ShouldBe("application/problem+json");
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("", "malformed-request")]
    [InlineData("null", "malformed-request")]
    [InlineData("[]", "malformed-request")]
    [InlineData("{}", "invalid-webhook-url")]
    [InlineData("""{"url":7}""", "malformed-request")]
    [InlineData("""{"url":"ftp://a.example"}""", "invalid-webhook-url")]
    [InlineData("""{"url":"/relative"}""", "invalid-webhook-url")]
    [InlineData("""{"url":"https://user:word@a.example"}""", "invalid-webhook-url")]
    [InlineData("""{"url":"https://a.example/#part"}""", "invalid-webhook-url")]
    [InlineData("""{"url":"https://10.0.0.1/"}""", "refused-webhook-url")]
    [InlineData("""{"url":"https://a.example"}""", "invalid-webhook-events")]
    [InlineData("""{"url":"https://a.example","events":[]}""", "invalid-webhook-events")]
    [InlineData("""{"url":"https://a.example","events":[null]}""", "invalid-webhook-events")]
    [InlineData("""{"url":"https://a.example","events":[{}]}""", "invalid-webhook-events")]
    [InlineData("""{"url":"https://a.example","events":[{"type":"vote.cast"}]}""", "invalid-webhook-events")]
    [InlineData("""{"url":"https://a.example","events":[{"type":"price.changed"},{"type":"price.changed"}]}""", "invalid-webhook-events")]
    [InlineData("""{"url":"https://a.example","events":[{"type":"price.changed","conditions":{"votes":[1]}}]}""", "invalid-webhook-events")]
    [InlineData(
        """{"url":"https://a.example","events":[{"type":"tool.milestone","conditions":{"votes":[0]}}]}""",
        "invalid-webhook-events"
    )]
    [InlineData(
        """{"url":"https://a.example","events":[{"type":"tool.milestone","conditions":{"votes":[5,5]}}]}""",
        "invalid-webhook-events"
    )]
    [InlineData(
        """{"url":"https://a.example","events":[{"type":"tool.milestone","conditions":{"tools":["No Slug"]}}]}""",
        "invalid-webhook-events"
    )]
    [InlineData(
        """{"url":"https://a.example","events":[{"type":"tool.milestone","conditions":{"tools":[null]}}]}""",
        "invalid-webhook-events"
    )]
    [InlineData("""{"url":"https://a.example","events":[{"type":"tool.milestone","conditions":{"wish":1}}]}""", "malformed-request")]
    [InlineData(
        """{"url":"https://a.example","events":[{"type":"newsletter.published","conditions":{"tools":["alpha"]}}]}""",
        "invalid-webhook-events"
    )]
    public async Task What_can_not_be_registered_is_refused_with_a_stable_type(string json, string type)
    {
        var client = await _publisher.StartAsync("--Webhooks:AllowHttp=false");
        var (status, body) = await PostAsync(client, "/api/webhooks", json);
        status.ShouldBe(HttpStatusCode.BadRequest, body);
        body.ShouldContain($"urn:problem-type:{type}\"");
        (await _publisher.CountAsync("select count(*) from endpoints")).ShouldBe(0);
    }

    [Fact]
    public async Task Http_is_refused_unless_an_operator_allows_it()
    {
        var client = await _publisher.StartAsync("--Webhooks:AllowHttp=false");
        var (status, body) = await PostAsync(
            client,
            "/api/webhooks",
            """{"url":"http://a.example","events":[{"type":"review.published"}]}"""
        );
        status.ShouldBe(HttpStatusCode.BadRequest);
        body.ShouldContain("refused-webhook-url");
    }

    [Fact]
    public async Task Nobody_but_an_editor_gets_in()
    {
        var editor = await _publisher.StartAsync();
        foreach (var (token, status) in new[] { (null, 401), ("nonsense", 401), (Editor.Token(role: "reader"), 403) })
        {
            using var client = new HttpClient { BaseAddress = editor.BaseAddress };
            client.DefaultRequestHeaders.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
            foreach (var path in (string[])["/api/webhooks", "/api/webhooks/a/deliveries"])
                ((int)(await client.GetAsync(path)).StatusCode).ShouldBe(status);
            foreach (var path in (string[])["", "/a/test", "/a/rotate", "/a/enable", "/deliveries/a/retry"])
                ((int)(await PostAsync(client, "/api/webhooks" + path, "{}")).Status).ShouldBe(status);
            ((int)(await client.DeleteAsync("/api/webhooks/a")).StatusCode).ShouldBe(status);
        }
    }

    [Fact]
    public async Task What_is_not_there_is_not_found()
    {
        var client = await _publisher.StartAsync();
        foreach (var path in (string[])["/a/test", "/a/rotate", "/a/enable"])
            (await PostAsync(client, "/api/webhooks" + path, null)).ShouldSatisfyAllConditions(
                answer => answer.Status.ShouldBe(HttpStatusCode.NotFound),
                answer => answer.Body.ShouldContain("urn:problem-type:unknown-webhook")
            );
        var (status, body) = await PostAsync(client, "/api/webhooks/deliveries/a/retry", null);
        status.ShouldBe(HttpStatusCode.NotFound);
        body.ShouldContain("urn:problem-type:unknown-delivery");
        (await client.DeleteAsync("/api/webhooks/a")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await client.GetAsync("/api/webhooks/a/deliveries")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_deleted_endpoint_hears_nothing_more_and_leaves_nothing_behind()
    {
        var client = await _publisher.StartAsync();
        var webhook = await Publisher.RegisterAsync(client, _publisher.Receiver.Address, new { type = "tool.milestone" });
        await client.PostAsync($"/api/webhooks/{webhook["id"]}/test", null);
        await _publisher.Receiver.GetAsync(1);
        (await client.DeleteAsync($"/api/webhooks/{webhook["id"]}")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await _publisher.VotesAsync("alpha", 10, 0);
        await _publisher.KnowsAsync("select count(*) from tools where version = 1", 1);
        (await _publisher.CountAsync("select (select count(*) from deliveries) + (select count(*) from endpoints)")).ShouldBe(0);
        _publisher.Receiver.All.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Reading_takes_nothing_from_what_a_network_may_write()
    {
        using var client = await _publisher.StartAsync();
        for (var read = 0; read < 700; read++)
            (await client.GetAsync("/api/webhooks")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await PostAsync(client, "/api/webhooks", "{}")).Status.ShouldBe(HttpStatusCode.BadRequest);
    }
}
