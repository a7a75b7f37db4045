using Faults.Tests.Crowd;
using Faults.Tests.Servers;
using Npgsql;
using RabbitMQ.Client;
using StackExchange.Redis;
using Testing;
using Testing.Machine;
using Testing.Servers;

namespace Faults.Tests.Scenarios;

/// <summary>What each service's own secrets are good for, and what not. The other scenarios show that they suffice.</summary>
public sealed class StolenSecrets(Site site)
{
    [Fact]
    public async Task Exact_the_newsletters_bus_user_can_say_nothing_of_votes()
    {
        await WholeAsync();
        await using var connection = await new ConnectionFactory
        {
            Uri = new Uri(site.BusOf("newsletter")),
            AutomaticRecoveryEnabled = false,
        }.CreateConnectionAsync();
        foreach (var (exchange, queue) in ((string, string)[])[("Contracts:TotalsMoved", ""), ("tally-totals", ""), ("", "tally-totals")])
            (await CodeOfPublishAsync(connection, exchange, queue)).ShouldBe(Constants.AccessRefused, $"to '{exchange}', '{queue}'");
    }

    [Fact]
    public async Task The_catalogs_bus_user_tells_of_tools_and_of_no_votes()
    {
        await WholeAsync();
        await using var connection = await new ConnectionFactory
        {
            Uri = new Uri(site.BusOf("catalog")),
            AutomaticRecoveryEnabled = false,
        }.CreateConnectionAsync();
        (await CodeOfPublishAsync(connection, "Contracts:TotalsMoved", "")).ShouldBe(Constants.AccessRefused);
        (await CodeOfPublishAsync(connection, "", "tally-totals")).ShouldBe(Constants.AccessRefused);
    }

    [Fact]
    public async Task Provable_the_login_that_serves_the_ledger_can_neither_rewrite_it_nor_change_its_tables()
    {
        await WholeAsync();
        await using var ledger = NpgsqlDataSource.Create(Postgres.Serving(site.Postgres.ConnectionTo("ledger")));
        foreach (
            var statement in (string[])
                [
                    "update entries set choice = 1",
                    "delete from entries",
                    "truncate entries",
                    "drop table votes",
                    "alter table totals drop constraint totals_ship_check",
                ]
        )
        {
            await using var command = ledger.CreateCommand(statement);
            (await Should.ThrowAsync<PostgresException>(() => command.ExecuteNonQueryAsync(), statement)).SqlState.ShouldBe(
                PostgresErrorCodes.InsufficientPrivilege,
                statement
            );
        }
    }

    [Fact]
    public async Task No_personal_data_networks_are_counted_beside_the_ledger_and_Redis_knows_nothing_of_them()
    {
        await WholeAsync();
        var voting = await site.AnotherVoting("voting-quota", new Dictionary<string, string?> { ["Quota__Enabled"] = "true" });
        // One of the site's readers, whose votes the scenarios that follow account for.
        var reader = new Reader(site, new Diary());
        site.Readers.Add(reader);
        VoteAnswer? answer = null;
        await Eventually.HoldsAsync(
            async () => (answer = await reader.Try(voting, site.Tools[0], "ship")) is not null,
            "a first vote is taken",
            TimeSpan.FromSeconds(30)
        );
        reader.Believe(site.Tools[0], "ship", answer!);
        (await site.Redis.Keys("*")).ShouldAllBe(key => key.StartsWith("{tally}:", StringComparison.Ordinal));
        await voting.Send(UnixSignal.Terminate);
    }

    [Fact]
    public async Task An_amqps_address_on_any_port_is_encrypted_and_a_server_of_an_unknown_authority_is_refused()
    {
        await WholeAsync();
        var address = $"amqps://voting:{site.Secrets.Read("rabbitmq/voting")}@localhost:{site.EncryptedPort}";
        var trusting = await site.AnotherVoting(
            "voting-tls",
            new Dictionary<string, string?> { ["ConnectionStrings__Bus"] = address, ["SSL_CERT_FILE"] = site.Secrets.Authority }
        );
        await Eventually.HoldsAsync(
            async () => (await site.Rabbit.Connections()).Contains((true, "voting")),
            "the bus is encrypted",
            TimeSpan.FromSeconds(60)
        );
        await trusting.Send(UnixSignal.Terminate);
        await Eventually.HoldsAsync(
            async () => !(await site.Rabbit.Connections()).Contains((true, "voting")),
            "it is gone",
            TimeSpan.FromSeconds(60)
        );

        foreach (
            var (name, wrong) in ((string, string)[])
                [("voting-untrusting", address), ("voting-misnamed", address.Replace("localhost", "127.0.0.1", StringComparison.Ordinal))]
        )
        {
            var settings = new Dictionary<string, string?> { ["ConnectionStrings__Bus"] = wrong };
            if (name == "voting-misnamed")
                settings["SSL_CERT_FILE"] = site.Secrets.Authority;
            var refusing = await site.AnotherVoting(name, settings);
            await Eventually.HoldsAsync(
                () => refusing.Said("is unavailable"),
                "it says that the bus is unavailable",
                TimeSpan.FromSeconds(60)
            );
            (await site.Rabbit.Connections()).ShouldNotContain((true, "voting"), name);
            await refusing.Send(UnixSignal.Terminate);
        }
    }

    private async Task WholeAsync()
    {
        if (site.Missing is { } missing)
            Assert.Skip(missing);
        await site.Whole();
    }

    private static async Task<int?> CodeOfPublishAsync(IConnection connection, string exchange, string queue)
    {
        await using var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true)
        );
        await Should.ThrowAsync<Exception>(() =>
            channel.BasicPublishAsync(exchange, queue, mandatory: true, body: "{}"u8.ToArray()).AsTask()
        );
        return channel.CloseReason?.ReplyCode;
    }
}
