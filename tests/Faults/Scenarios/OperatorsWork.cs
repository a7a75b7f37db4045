using System.Text.Json;
using Faults.Tests.Servers;
using Npgsql;
using Testing;
using Testing.Machine;
using Testing.Servers;

namespace Faults.Tests.Scenarios;

/// <summary>The operator's tool at work while readers vote.</summary>
public sealed class OperatorsWork(Site site, ITestOutputHelper output) : Scenario(site, output)
{
    [Fact]
    public Task Exact_by_the_operators_recount_while_votes_go_on() =>
        Judged(async load =>
        {
            await load.Votes(200);
            var (code, answer) = await Operator("recount", "--histories");
            code.ShouldBe(0, answer);
            var facts = JsonDocument.Parse(answer).RootElement.GetProperty("facts");
            facts.GetProperty("entries").GetInt64().ShouldBeGreaterThan(200);
            Say($"recount: {facts}");

            // A bus that was unavailable at the start of a service comes back by itself, but not within the first second.
            await Eventually.HoldsAsync(
                async () => (await Operator("health")).Code == 0,
                "health finds all parts well",
                TimeSpan.FromSeconds(30)
            );
        });

    [Fact]
    public Task Exact_when_the_operator_rebuilds_the_counters_while_votes_go_on() =>
        Judged(async load =>
        {
            (await Operator("rebuild")).Code.ShouldBe(2, "nothing is deleted without --yes");
            for (var round = 0; round < Form.Rounds; round++)
            {
                await load.Votes(100);
                var (code, answer) = await Operator("rebuild", "--yes", "--within", "30");
                code.ShouldBe(0, answer);
                var facts = JsonDocument.Parse(answer).RootElement.GetProperty("facts");
                facts.GetProperty("deleted").GetInt64().ShouldBePositive();
                Say($"rebuild: {facts}");
            }
        });

    [Fact]
    public Task Exact_when_the_operator_redrives_dead_letters_and_discards_them() =>
        Judged(async load =>
        {
            const string Queue = "tally-totals",
                Aside = Queue + "_error";
            var before = (await Site.Rabbit.Queues()).GetValueOrDefault(Aside);
            var poured = await Poison.Pour(Site.Rabbit, Queue, Site.Tools[0]);
            await SetAside(before + poured);
            var (code, answer) = await Operator("dead-letters", "list");
            code.ShouldBe(1, answer);

            (code, answer) = await Operator("dead-letters", "show", Aside);
            code.ShouldBe(0, answer);
            JsonDocument.Parse(answer).RootElement.GetProperty("facts").GetArrayLength().ShouldBe((int)(before + poured));
            await SetAside(before + poured); // looking takes nothing away

            // Still unreadable, so they come back: redriving loses none and disturbs no reader.
            (code, answer) = await Operator("dead-letters", "redrive", Aside);
            code.ShouldBe(0, answer);
            await SetAside(before + poured);

            var kept = Path.GetTempFileName();
            (code, answer) = await Operator("dead-letters", "discard", Aside, "--keep", kept, "--yes");
            code.ShouldBe(0, answer);
            File.ReadLines(kept).Count().ShouldBe((int)(before + poured));
            File.Delete(kept);
            await SetAside(0);

            Task SetAside(long messages) =>
                Eventually.HoldsAsync(
                    async () => (await Site.Rabbit.Queues()).GetValueOrDefault(Aside) == messages,
                    $"{messages} messages are set aside",
                    TimeSpan.FromSeconds(20)
                );
        });

    [Fact]
    public Task Durable_in_a_backup_that_was_taken_while_votes_went_on_and_is_verified() =>
        Judged(async load =>
        {
            await load.Votes(200);
            var dump = Path.GetTempFileName();
            var connection = new NpgsqlConnectionStringBuilder(Site.Postgres.ConnectionTo("ledger"));
            string[] at = ["-h", connection.Host!, "-p", connection.Port.ToString(), "-U", connection.Username!];
            var restored = $"restored_{Environment.TickCount64}";
            Done(Programs.Run(Programs.Required("pg_dump", "postgresql"), [.. at, "-Fc", "-f", dump, "ledger"]));
            await Site.Postgres.Create(restored);
            Done(Programs.Run(Programs.Required("pg_restore", "postgresql"), [.. at, "-d", restored, dump]));
            File.Delete(dump);

            var (code, answer) = await Operator("backup", "verify", "--ledger", Site.Postgres.ConnectionTo(restored));
            code.ShouldBe(0, answer);
            Say($"backup: {JsonDocument.Parse(answer).RootElement.GetProperty("facts")}");

            await using (var damaged = new NpgsqlConnection($"{Site.Postgres.ConnectionTo(restored)};Pooling=false"))
            {
                await damaged.OpenAsync();
                await using var lose = new NpgsqlCommand(
                    "alter table entries disable trigger user; delete from entries where id = (select max(id) / 2 from entries)",
                    damaged
                );
                (await lose.ExecuteNonQueryAsync()).ShouldBe(1);
            }

            (code, answer) = await Operator("backup", "verify", "--ledger", Site.Postgres.ConnectionTo(restored));
            code.ShouldBe(1, "an entry is missing");
            JsonDocument.Parse(answer).RootElement.GetProperty("wrongs").GetArrayLength().ShouldBeGreaterThan(1);

            static void Done((int ExitCode, string Output) run) => run.ExitCode.ShouldBe(0, run.Output);
        });
}
