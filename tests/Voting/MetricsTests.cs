using System.Data.Common;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using Contracts;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Testing;
using Voting.Batching;
using Voting.Ledger;
using Voting.Voters;
using Xunit;

namespace Voting.Tests;

/// <summary>The counts that alerts are built on. Alone, since all Votings of one process are counted together.</summary>
[CollectionDefinition(nameof(MetricsTests), DisableParallelization = true)]
[Collection(nameof(MetricsTests))]
public sealed class MetricsTests
{
    private const string Tool = "cursor-2-0";

    [Fact]
    public async Task Every_outcome_is_there_with_a_number_before_the_first_vote()
    {
        await using var voting = await TestVoting.StartAsync();
        foreach (var outcome in (string[])["committed", "unavailable", "no-voter", "unknown-tool", "too-many-new-voters"])
            (await VotesAsync(voting, outcome)).ShouldNotBeNull(outcome);
        (await ValueAsync(voting, "voting_totals_published_total")).ShouldNotBeNull();
    }

    [Fact]
    public async Task Only_votes_are_counted_and_neither_refused_reads_nor_erasures()
    {
        await using var voting = await TestVoting.StartAsync();
        var before = await VotesAsync(voting, "no-voter");
        (await voting.SendAsync(HttpMethod.Get, "/api/votes")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await voting.SendAsync(HttpMethod.Get, $"/api/votes/{Tool}")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await voting.SendAsync(HttpMethod.Delete, "/api/voters")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (
            await voting.SendAsync(HttpMethod.Put, $"/api/votes/{Tool}", null, JsonContent.Create(new { choice = "ship" }))
        ).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        // Counts are rendered a few times a second.
        await Eventually.HoldsAsync(async () => await VotesAsync(voting, "no-voter") == before + 1, "one vote without a voter is counted");
    }

    [Fact]
    public async Task A_vote_refused_because_the_ledger_does_not_say_who_is_known_counts_as_unavailable()
    {
        await using var voting = await TestVoting.StartAsync(settings: ["--Quota:Enabled=true"]);
        var voter = await voting.NewVoterAsync();
        var (before, committed) = (await VotesAsync(voting, "unavailable"), await VotesAsync(voting, "committed"));
        await using (var other = new SqliteConnection($"Data Source={voting.Folder}/ledger.db"))
        {
            await other.OpenAsync();
            await using var rename = other.CreateCommand();
            rename.CommandText = "alter table votes rename to gone";
            await rename.ExecuteNonQueryAsync();
        }

        (await voting.CastAsync(voter, Tool, "ship")).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        await Eventually.HoldsAsync(
            async () => await VotesAsync(voting, "unavailable") == before + 1,
            "one vote is counted as unavailable"
        );
        (await VotesAsync(voting, "committed")).ShouldBe(committed);
    }

    [Fact]
    public async Task A_vote_refused_because_too_many_wait_is_answered_at_once_and_counts_as_unavailable()
    {
        StuckLedger? ledger = null;
        await using var voting = await TestVoting.StartAsync(add: builder =>
            builder.Services.AddSingleton<VoteLedger>(services =>
                ledger = new StuckLedger(services.GetRequiredKeyedService<Hosting.Databases.Database>("Ledger").Source)
            )
        );
        var voter = await voting.NewVoterAsync();
        var (before, committed) = (await VotesAsync(voting, "unavailable"), await VotesAsync(voting, "committed"));
        var writer = voting.App.Services.GetRequiredService<BatchWriter>();
        var hasher = voting.App.Services.GetRequiredService<VoterHasher>();
        List<Task> waiting = [];
        do waiting.Add(
            writer.CastAsync(
                new Cast(await hasher.OfAsync(Guid.NewGuid(), CancellationToken.None), Tool, Choice.Ship, Mark.Draw()),
                connection: null,
                CancellationToken.None
            )
        );
        while (!waiting[^1].IsFaulted);

        // Answered while the batch is still on its way: neither waited for the ledger.
        foreach (
            var answer in (HttpResponseMessage[])[await voting.CastAsync(voter, Tool, "ship"), await voting.WithdrawAsync(voter, Tool)]
        )
        {
            answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            answer.Headers.RetryAfter.ShouldNotBeNull();
            (await TestVoting.JsonAsync(answer)).GetProperty("type").GetString().ShouldBe("urn:problem-type:ledger-unavailable");
        }

        ledger!.Commits.ShouldBe(1);
        await Eventually.HoldsAsync(async () => await VotesAsync(voting, "unavailable") == before + 2, "both are counted as unavailable");
        (await VotesAsync(voting, "committed")).ShouldBe(committed);
        ledger.GiveUp();
        waiting[..^1].ForEach(task => Should.Throw<LedgerUnavailableException>(() => task));
    }

    // Takes the first batch and answers nothing until it gives up.
    private sealed class StuckLedger(DbDataSource source) : VoteLedger(source)
    {
        private readonly TaskCompletionSource<Committed> _commit = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Commits { get; private set; }

        public void GiveUp() => _commit.SetException(new TimeoutException());

        public override Task<Committed> CommitAsync(IReadOnlyList<Cast> batch, CancellationToken cancellationToken)
        {
            Commits++;
            return _commit.Task;
        }

        public override Task<IReadOnlyList<ToolTotals>> ForgetAsync(
            IReadOnlyList<HashedVoter> voters,
            TimeSpan spread,
            CancellationToken cancellationToken
        ) => throw new NotSupportedException();

        public override Task<IReadOnlyList<ToolTotals>> WithdrawDueAsync(int most, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<ToolTotals>>([]);

        public override Task<Moderated> ModerateAsync(Moderation moderation, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public override Task AnnounceKeysAsync(IReadOnlyList<string> vkeys, CancellationToken cancellationToken) => Task.CompletedTask;

        public override Task ShuffleDueAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public override Task MarkPublishedAsync(IReadOnlyList<ToolTotals> totals, CancellationToken cancellationToken) =>
            Task.CompletedTask;

        public override Task KeepToolsAsync(IReadOnlyList<ToolState> tools, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private static Task<double?> VotesAsync(TestVoting voting, string outcome) =>
        ValueAsync(voting, "voting_votes_total", $"outcome=\"{outcome}\"");

    private static async Task<double?> ValueAsync(TestVoting voting, string name, string label = "")
    {
        var line = (await voting.Http.GetStringAsync("/metrics"))
            .Split('\n')
            .FirstOrDefault(line =>
                line.StartsWith(name + "{", StringComparison.Ordinal) && line.Contains(label, StringComparison.Ordinal)
            );
        // A sample is followed by its time.
        return line is null
            ? null
            : double.Parse(
                line[(line.LastIndexOf('}') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0],
                CultureInfo.InvariantCulture
            );
    }
}
