using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Testing;
using Testing.Machine;

namespace Operator.Tests;

/// <summary>0 all is well, 1 something is wrong and was named, 2 it could not be found out; with --json each is one document.</summary>
public sealed class ExitCodeTests
{
    [Theory]
    [InlineData("haelth")]
    [InlineData("recount", "--votign", "http://127.0.0.1:9")]
    [InlineData("dead-letters", "show", "no-such-queue")]
    [InlineData("dead-letters", "show", "tally-totals_error", "--limit", "many", "--bus", "amqp://127.0.0.1:9")]
    [InlineData("keys", "list", "/no/such/folder")]
    [InlineData("health")]
    [InlineData("health", "--web", "http://127.0.0.1:9", "--replicas", "web")]
    [InlineData("dead-letters", "list", "--bus", "nonsense")]
    public async Task A_command_that_cannot_be_understood_exits_with_2_and_says_why(params string[] arguments) =>
        (await FailureAsync(arguments)).ShouldNotBeEmpty();

    [Fact]
    public async Task A_part_that_cannot_be_reached_is_named_by_its_address_and_its_password_is_not_told()
    {
        var free = Ports.Free();
        var none = $"127.0.0.1:{free}";
        (await FailureAsync("recount", "--voting", $"http://{none}")).ShouldContain($"http://{none}/api/ledger/totals");
        (await FailureAsync("dead-letters", "list", "--bus", $"amqp://voting:secret@{none}")).ShouldContain(none);
        (
            await FailureAsync(
                "rebuild",
                "--yes",
                "--voting",
                $"http://{none}",
                "--tally",
                $"http://{none}",
                "--counters",
                $"{none},password=secret,connectTimeout=500"
            )
        ).ShouldContain(none);
        (
            await FailureAsync(
                "backup",
                "verify",
                "--ledger",
                $"Host=127.0.0.1;Port={free};Database=ledger;Username=voting;Password=secret"
            )
        ).ShouldContain($"127.0.0.1 {free} ledger");
    }

    [Fact]
    public async Task An_address_of_something_else_is_named()
    {
        await using var other = WebApplication.CreateSlimBuilder(["--Logging:LogLevel:Default=Warning"]).Build();
        other.Urls.Add("http://127.0.0.1:0");
        other.MapGet("/api/ledger/totals", () => "a page");
        await other.StartAsync(TestContext.Current.CancellationToken);
        (await FailureAsync("recount", "--voting", other.Urls.Single())).ShouldContain(
            $"{other.Urls.Single()}/api/ledger/totals answered something that is not JSON"
        );
    }

    [Fact]
    public async Task Health_names_a_replica_that_should_be_there_and_is_not()
    {
        await using var voting = WebApplication.CreateSlimBuilder(["--Logging:LogLevel:Default=Warning"]).Build();
        voting.Urls.Add("http://127.0.0.1:0");
        voting.MapGet("/health/ready", () => new { status = "Healthy", parts = new Dictionary<string, object>() });
        await voting.StartAsync(TestContext.Current.CancellationToken);

        (await OperatorTool.RunAsync("health", "--voting", voting.Urls.Single(), "--replicas", "voting=1")).Code.ShouldBe(0);
        var (code, answer, _) = await OperatorTool.RunAsync("health", "--voting", voting.Urls.Single(), "--replicas", "voting=2");
        code.ShouldBe(1);
        answer.Wrongs().ShouldHaveSingleItem().ShouldStartWith("voting: 1 of 2 replicas are missing");
    }

    private static async Task<string> FailureAsync(params string[] arguments)
    {
        var (code, answer, errors) = await OperatorTool.RunAsync(arguments);
        code.ShouldBe(2, errors);
        answer.GetProperty("well").GetBoolean().ShouldBeFalse();
        var failure = answer.GetProperty("failure").GetString()!;
        errors.Trim().ShouldBe(failure);
        failure.ShouldNotContain("secret");
        return failure;
    }
}
