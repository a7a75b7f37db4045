using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Testing;
using Xunit;

namespace Voting.Tests.Log;

/// <summary>Where replicas share no disk, one process signs the log beside a guard of its own, and the others only serve it.</summary>
public sealed class SignerTests(Stores stores)
{
    private const string Tool = "cursor-2-0";

    [Fact]
    public async Task Provable_a_replica_that_does_not_sign_serves_the_log_and_measures_how_far_its_signer_is_behind()
    {
        var ledger = await stores.NewLedgerAsync(Store.Postgres);
        await using var serving = await StartAsync(ledger, $"--Log:PublicKeys:0={PublicLog.PublicHalf()}");
        await serving.CastAsync(await serving.NewVoterAsync(), Tool, "ship");
        await Eventually.HoldsAsync(() => Unsigned(serving) == 1, "the entry waits for a checkpoint");
        (await new PublicLog(serving.Http).CheckpointAsync()).ShouldBeNull("it has no key to sign with");
        (await serving.Http.GetStringAsync("/log/key", TestContext.Current.CancellationToken)).ShouldBe($"{PublicLog.Vkey()}\n");

        var guard = Path.Combine(Directory.CreateTempSubdirectory("guard-").FullName, "checkpoint");
        await using var signing = await StartAsync(ledger, $"--Log:SigningKeys:0={PublicLog.Seed}", $"--Log:GuardFile={guard}");
        await new PublicLog(serving.Http).CoveringAsync(1);
        (await new PublicLog(serving.Http).ProvenAsync($"/log/tally/{Tool}")).Ship.ShouldBe(1);
        File.Exists(guard).ShouldBeTrue();
        await Eventually.HoldsAsync(() => Unsigned(serving) == 0, "nothing waits any more");
    }

    private static Task<TestVoting> StartAsync(string ledger, params string[] settings) =>
        TestVoting.StartAsync(ledger: ledger, settings: [$"--Log:Origin={PublicLog.Origin}", .. settings]);

    // Not by /metrics, which speaks of all replicas of a process at once.
    private static long Unsigned(TestVoting voting) => voting.App.Services.GetRequiredService<VotingMetrics>().LogLag;
}
