using Shouldly;
using Testing;
using Testing.Machine;
using Testing.Servers;
using Xunit;

namespace Voting.Tests;

public sealed class PostgresRestartTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("voting-postgres-").FullName;
    private Postgres? _postgres;

    public async ValueTask InitializeAsync()
    {
        _postgres = new Postgres(_folder);
        await _postgres.StartAndWait();
        await _postgres.Create("ledger");
    }

    [Fact]
    public async Task Decoupled_the_first_request_of_each_kind_after_PostgreSQL_restarted_is_answered()
    {
        await using var voting = await TestVoting.StartAsync(ledger: _postgres!.ConnectionTo("ledger"));
        var voter = await voting.NewVoterAsync();
        (await voting.CastAsync(voter, "cursor-2-0", "ship")).EnsureSuccessStatusCode();

        await AfterAsync(UnixSignal.Interrupt, () => voting.CastAsync(voter, "cursor-2-0", "skip"));
        await AfterAsync(UnixSignal.Kill, () => voting.CastAsync(voter, "cursor-2-0", "ship"));
        await AfterAsync(UnixSignal.Interrupt, () => voting.SendAsync(HttpMethod.Get, "/api/votes", voter));
        await AfterAsync(UnixSignal.Interrupt, () => voting.SendAsync(HttpMethod.Delete, "/api/voters", voter));

        // Made twice or not, each change is in the ledger once: ship, skip, ship, withdrawn.
        (await voting.LedgerAsync()).Count.ShouldBe(4);

        async Task AfterAsync(UnixSignal ending, Func<Task<HttpResponseMessage>> request)
        {
            // Several connections are in the pool; all of them die.
            await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => voting.SendAsync(HttpMethod.Get, "/api/ledger?after=0")));
            await _postgres!.Send(ending);
            await Eventually.HoldsAsync(_postgres.Gone, "the last backend is gone", TimeSpan.FromSeconds(20));
            await _postgres.StartAndWait();
            var answer = await request();
            answer.IsSuccessStatusCode.ShouldBeTrue(
                $"{answer.RequestMessage}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}"
            );
        }
    }

    public ValueTask DisposeAsync()
    {
        _postgres?.Dispose();
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}
