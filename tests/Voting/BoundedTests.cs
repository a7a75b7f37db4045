using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Shouldly;
using Xunit;

namespace Voting.Tests;

/// <summary>Promise **Bounded**: bad input gets a clear 4xx as problem+json and moves nothing.</summary>
public abstract class BoundedTests(Stores stores, Store store) : IAsyncLifetime
{
    private TestVoting _voting = null!;
    private string _voter = null!;

    public async ValueTask InitializeAsync()
    {
        _voting = await TestVoting.StartAsync(ledger: await stores.NewLedgerAsync(store));
        _voter = await _voting.NewVoterAsync();
    }

    public ValueTask DisposeAsync() => _voting.DisposeAsync();

    public static TheoryData<string> BadBodies =>
        new(
            "",
            " ",
            "{",
            "{}",
            "[]",
            "null",
            "1",
            "\"ship\"",
            """{"choice":null}""",
            """{"choice":1}""",
            """{"choice":"SHIP"}""",
            """{"choice":" ship"}""",
            """{"choice":"maybe"}""",
            """{"choice":["ship"]}""",
            """{"choice":{"a":"ship"}}""",
            """{"Choice2":"ship"}""",
            """{"choice":"ship"}x""",
            "\0",
            """{"choice":"ship\u0000"}""",
            string.Concat(Enumerable.Repeat("{\"choice\":", 5_000)),
            new string('[', 50_000),
            "{'choice':'ship'}"
        );

    [Theory]
    [MemberData(nameof(BadBodies))]
    public async Task A_body_that_is_no_choice_is_refused(string body)
    {
        var answer = await PutAsync("cursor-2-0", new StringContent(body, Encoding.UTF8, "application/json"));
        await ShouldBeProblemAsync(answer, HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Bad_utf8_is_refused()
    {
        var content = new ByteArrayContent([.. "{\"choice\":\"sh"u8, 0xC3, 0x28, .. "ip\"}"u8]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        await ShouldBeProblemAsync(await PutAsync("cursor-2-0", content), HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/form-data")]
    public async Task A_body_that_is_not_json_is_415(string type)
    {
        var content = new StringContent("""{"choice":"ship"}""");
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        await ShouldBeProblemAsync(await PutAsync("cursor-2-0", content), HttpStatusCode.UnsupportedMediaType);
    }

    // Sent at once and without asking first: the answer must reach a client that is still sending.
    [Theory]
    [InlineData(65_000, HttpStatusCode.BadRequest)]
    [InlineData(66_000, HttpStatusCode.RequestEntityTooLarge)]
    [InlineData(1_000_000, HttpStatusCode.RequestEntityTooLarge)]
    [InlineData(8_000_000, HttpStatusCode.RequestEntityTooLarge)]
    public async Task A_huge_body_is_413(int bytes, HttpStatusCode status)
    {
        var body = "{\"choice\":\"" + new string('x', bytes) + "\"}";
        for (var n = 0; n < 20; n++)
            await ShouldBeProblemAsync(await PutAsync("cursor-2-0", new StringContent(body, Encoding.UTF8, "application/json")), status);
    }

    [Theory]
    [InlineData("no-such-tool")]
    [InlineData("CURSOR-2-0")]
    [InlineData("a-vs-b")]
    [InlineData("..%2f..")]
    [InlineData("'; drop table votes; --")]
    [InlineData("%F0%9F%9A%80")]
    [InlineData("%C3%28")]
    public async Task A_tool_nobody_knows_is_404_and_leaves_no_trace(string tool)
    {
        await ShouldBeProblemAsync(await _voting.CastAsync(_voter, tool, "ship"), HttpStatusCode.NotFound);
        await ShouldBeProblemAsync(await _voting.WithdrawAsync(_voter, tool), HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_retired_tool_takes_no_new_votes_and_lets_old_ones_be_withdrawn()
    {
        await ShouldBeProblemAsync(await _voting.CastAsync(_voter, "old-tool", "ship"), HttpStatusCode.NotFound);
        (await _voting.WithdrawAsync(_voter, "old-tool")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_method_that_is_not_there_is_405()
    {
        await ShouldBeProblemAsync(
            await _voting.SendAsync(HttpMethod.Patch, "/api/votes/cursor-2-0", _voter),
            HttpStatusCode.MethodNotAllowed
        );
    }

    private Task<HttpResponseMessage> PutAsync(string tool, HttpContent body) =>
        _voting.SendAsync(HttpMethod.Put, $"/api/votes/{tool}", _voter, body);

    private async Task ShouldBeProblemAsync(HttpResponseMessage answer, HttpStatusCode status)
    {
        answer.StatusCode.ShouldBe(status);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        (await TestVoting.JsonAsync(answer)).GetProperty("type").GetString()!.ShouldStartWith("urn:problem-type:");
        (await _voting.LedgerAsync()).ShouldBeEmpty();
    }
}

public sealed class BoundedOnSqliteTests(Stores stores) : BoundedTests(stores, Store.Sqlite);

public sealed class BoundedOnPostgresTests(Stores stores) : BoundedTests(stores, Store.Postgres);
