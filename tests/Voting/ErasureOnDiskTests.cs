using System.Buffers.Text;
using System.Data.Common;
using System.Net;
using Microsoft.Data.Sqlite;
using Npgsql;
using Shouldly;
using Testing;
using Testing.Servers;
using Xunit;

namespace Voting.Tests;

/// <summary>
/// Promise **No personal data** on the disk: what the ledger's files say of a voter, while it votes and after it was erased.
/// </summary>
public sealed class ErasureOnDiskTests : IDisposable
{
    private const string LedgerKey = "bGVkZ2VyLWtleS1sZWRnZXIta2V5LWxlZGdlci1rZXk=";
    private readonly string _folder = Directory.CreateTempSubdirectory("voting-erasure-").FullName;
    private Postgres? _postgres;

    public static TheoryData<string> Stores => ["Sqlite", "Postgres"];

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task No_personal_data_no_file_of_the_ledger_ever_holds_a_voters_id(string store)
    {
        var ledger = await LedgerAsync(store);
        byte[] id;
        await using (var voting = await TestVoting.StartAsync(_folder, ledger))
        {
            var voter = await voting.NewVoterAsync();
            id = IdOf(voter);
            await voting.CastAsync(voter, "cursor-2-0", "ship");
            await voting.CastAsync(voter, "smolvlm2-2b", "skip");
            await voting.CastAsync(voter, "cursor-2-0", "skip");
            await CheckpointAsync(store, ledger);
            FilesWith(id).ShouldBeEmpty("while the voter votes");

            (await voting.SendAsync(HttpMethod.Delete, "/api/voters", voter)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
            (await voting.TotalsAsync())["cursor-2-0"].ShouldBe((0, 0, 3));
        }

        await CheckpointAsync(store, ledger);
        FilesWith(id).ShouldBeEmpty("after the erasure");
    }

    [Fact]
    public async Task An_erased_voters_rows_are_gone_from_SQLites_file_and_its_log_when_the_reader_is_answered()
    {
        await using var voting = await TestVoting.StartAsync(_folder);
        var (leaving, staying) = (await voting.NewVoterAsync(), await voting.NewVoterAsync());
        await voting.CastAsync(leaving, "cursor-2-0", "ship");
        var hashed = await OneAsync($"Data Source={_folder}/ledger.db", "select voter from votes");
        await voting.CastAsync(leaving, "smolvlm2-2b", "skip");
        await voting.CastAsync(staying, "cursor-2-0", "ship");
        FilesWith(hashed).ShouldNotBeEmpty("the search finds what is there");

        await voting.SendAsync(HttpMethod.Delete, "/api/voters", leaving);

        FilesWith(hashed).ShouldBeEmpty();
        (await voting.VoteAsync(staying, "cursor-2-0")).GetProperty("choice").GetString().ShouldBe("ship");
    }

    [Fact]
    public async Task A_reader_of_the_ledger_delays_what_is_cut_from_SQLites_log_and_holds_up_nobody()
    {
        await using var voting = await TestVoting.StartAsync(_folder);
        var (leaving, staying) = (await voting.NewVoterAsync(), await voting.NewVoterAsync());
        await voting.CastAsync(leaving, "cursor-2-0", "ship");
        var hashed = await OneAsync($"Data Source={_folder}/ledger.db", "select voter from votes");
        await using (var reader = new SqliteConnection($"Data Source={_folder}/ledger.db"))
        {
            await reader.OpenAsync();
            await using var look = reader.BeginTransaction(deferred: true);
            await using (var command = new SqliteCommand("select count(*) from votes", reader, look))
                await command.ExecuteScalarAsync();
            (await voting.SendAsync(HttpMethod.Delete, "/api/voters", leaving)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
            (await voting.CastAsync(staying, "cursor-2-0", "ship")).StatusCode.ShouldBe(HttpStatusCode.OK);
            FilesWith(hashed).ShouldNotBeEmpty("the reader still needs it");
        }

        await Eventually.HoldsAsync(() => FilesWith(hashed).Count == 0, "no file holds the erased row");
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task A_ledger_that_stored_ids_keeps_every_vote_and_no_id(string store)
    {
        var ledger = await LedgerAsync(store);
        var voters = new List<string>();
        await using (var before = await TestVoting.StartAsync(_folder, ledger))
        {
            for (var number = 0; number < 5; number++)
            {
                voters.Add(await before.NewVoterAsync());
                await before.CastAsync(voters[^1], "cursor-2-0", "ship");
                await before.CastAsync(voters[^1], "smolvlm2-2b", "skip");
            }
        }

        await StoreIdsAsync(store, ledger, voters);
        await using (var after = await TestVoting.StartAsync(_folder, ledger, [$"--Voters:LedgerKey={LedgerKey}"]))
        {
            foreach (var voter in voters)
                (await TestVoting.JsonAsync(await after.CastAsync(voter, "cursor-2-0", "skip"))).GetProperty("seq").GetInt64().ShouldBe(2);
            var totals = await after.TotalsAsync();
            totals["cursor-2-0"].ShouldBe((0, 5, 10));
            totals["smolvlm2-2b"].ShouldBe((0, 5, 5));
            (await TableAsync(store, ledger, "votes_by_id")).ShouldBeFalse();
            if (store == "Sqlite")
                voters.ShouldAllBe(voter => FilesWith(IdOf(voter)).Count == 0);
        }
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task The_ledger_refuses_a_row_that_bears_an_id(string store)
    {
        var ledger = await LedgerAsync(store);
        await using var voting = await TestVoting.StartAsync(_folder, ledger);
        var id = Convert.ToHexString(IdOf(await voting.NewVoterAsync()));
        var refused = await Should.ThrowAsync<DbException>(() =>
            OneAsync(
                ledger,
                $"insert into votes (voter, tool, pseudonym, choice, seq, at) values ({Bytes(store, id)}, 'cursor-2-0', {Bytes(store, id)}, 1, 1, 1) returning voter"
            )
        );
        refused.Message.ShouldContain("check", Case.Insensitive);
    }

    [Fact]
    public async Task The_key_in_the_setting_is_no_part_of_the_ledger_and_needed_to_know_its_voters_again()
    {
        string voter;
        await using (var voting = await TestVoting.StartAsync(_folder, settings: [$"--Voters:LedgerKey={LedgerKey}"]))
        {
            voter = await voting.NewVoterAsync();
            await voting.CastAsync(voter, "cursor-2-0", "ship");
            FilesHolding(Convert.FromBase64String(LedgerKey)).ShouldBeEmpty();
        }

        foreach (
            var settings in (string[][])
                [
                    [],
                    [$"--Voters:LedgerKey={TestVoting.Key}"],
                ]
        )
            (await Should.ThrowAsync<Hosting.Configuration.SettingException>(() => MigrateAsync(settings))).Message.ShouldContain(
                "Voters__LedgerKey"
            );

        await using var again = await TestVoting.StartAsync(_folder, settings: [$"--Voters:LedgerKey={LedgerKey}"]);
        (await TestVoting.JsonAsync(await again.CastAsync(voter, "cursor-2-0", "skip"))).GetProperty("seq").GetInt64().ShouldBe(2);
    }

    [Fact]
    public async Task The_ledgers_own_key_leaves_it_once_it_is_given_as_a_setting()
    {
        string voter;
        await using (var voting = await TestVoting.StartAsync(_folder))
        {
            voter = await voting.NewVoterAsync();
            await voting.CastAsync(voter, "cursor-2-0", "ship");
        }

        var own = await OneAsync($"Data Source={_folder}/ledger.db", "select key from voter_hash");
        await using var after = await TestVoting.StartAsync(_folder, settings: [$"--Voters:LedgerKey={Convert.ToBase64String(own)}"]);

        (await TestVoting.JsonAsync(await after.CastAsync(voter, "cursor-2-0", "skip"))).GetProperty("seq").GetInt64().ShouldBe(2);
        await Eventually.HoldsAsync(() => FilesHolding(own).Count == 0, "no file holds the key");
    }

    [Fact]
    public async Task New_signing_keys_leave_every_voter_with_its_votes()
    {
        string voter;
        await using (var before = await TestVoting.StartAsync(_folder))
        {
            voter = await before.NewVoterAsync();
            await before.CastAsync(voter, "cursor-2-0", "ship");
        }

        await using var after = await TestVoting.StartAsync(
            _folder,
            settings: [$"--Voters:SigningKeys:0={LedgerKey}", $"--Voters:SigningKeys:1={TestVoting.Key}"]
        );
        (await TestVoting.JsonAsync(await after.CastAsync(voter, "cursor-2-0", "skip"))).GetProperty("seq").GetInt64().ShouldBe(2);
    }

    public void Dispose()
    {
        _postgres?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<string> LedgerAsync(string store)
    {
        if (store == "Sqlite")
            return $"Data Source={_folder}/ledger.db";
        _postgres = new Postgres(_folder);
        await _postgres.StartAndWait();
        await _postgres.Create("ledger");
        return _postgres.ConnectionTo("ledger") + ";Maximum Pool Size=8";
    }

    // As the version before left it: each voter's rows under the bytes of its id, and the scripts since then not applied.
    private static async Task StoreIdsAsync(string store, string ledger, List<string> voters)
    {
        await using var source = Source(store, ledger);
        await using var connection = await source.OpenConnectionAsync();
        async Task RunAsync(string sql)
        {
            await using var command = connection.CreateCommand();
            command.CommandText = sql;
            await command.ExecuteNonQueryAsync();
        }

        await RunAsync("alter table votes rename to hashed");
        await RunAsync(
            store == "Sqlite"
                ? "create table votes (voter blob not null, tool text not null, pseudonym blob not null, choice integer not null, seq integer not null, at integer not null, primary key (voter, tool)) without rowid"
                : "alter index votes_pkey rename to hashed_pkey; create table votes (voter bytea, tool text, pseudonym bytea, choice smallint, seq bigint, at bigint, primary key (voter, tool));"
                    + "alter function cast_hashed_votes(text[], bytea, bytea, smallint[], text[]) rename to cast_votes; alter function forget_hashed_voters(bytea[]) rename to forget_voters"
        );
        // Voters voted one after another, on both tools: in that order their rows belong to them.
        for (var place = 0; place < voters.Count; place++)
        {
            await RunAsync(
                $"""
                insert into votes select {Bytes(store, Convert.ToHexString(IdOf(voters[place])))}, tool, pseudonym, choice, seq, at from
                  (select v.*, rank() over (partition by tool order by at) as turn from hashed v) turns where turn = {place + 1}
                """
            );
        }

        await RunAsync("drop table hashed");
        await RunAsync("drop table voter_hash");
        await RunAsync(
            "drop table moderations; drop table moderated; drop table cohorts; drop table cohort_salts; drop table cases; drop table integrity_head;"
                + "alter table entries drop column kind; alter table totals drop column held; alter table totals drop column void; alter table totals drop column networks"
        );
        await RunAsync(
            "drop table due_withdrawals; drop table log_keys; drop table log_verified; drop table log_tiles; drop table log_bundles; drop table log_totals; drop table log_head"
        );
        await RunAsync(
            store == "Sqlite"
                ? "drop trigger entries_are_not_changed; drop trigger entries_are_not_deleted"
                : "drop function refuse_to_rewrite cascade; drop function announce_keys; drop function cast_marked_votes; drop function cast_gated_votes; drop function moderate_votes; drop function withdraw_due; drop function erase_voters; drop function shuffle_due_withdrawals"
        );
        foreach (var script in (string[])["hashed_voters", "marks", "log", "due_withdrawals", "log_verified", "states", "log_keys"])
            await RunAsync($"delete from voting_schema where {(store == "Sqlite" ? "ScriptName" : "scriptname")} like '%_{script}.sql'");
    }

    private async Task MigrateAsync(string[] settings)
    {
        await using var app = Hosting.Service.Build(
            "Voting",
            [
                "--urls=http://127.0.0.1:0",
                "--ConnectionStrings:Bus=memory",
                $"--ConnectionStrings:Ledger=Data Source={_folder}/ledger.db",
                "--Services:Catalog=http://127.0.0.1:9",
                $"--Voters:SigningKeys:0={TestVoting.Key}",
                .. settings,
            ],
            builder => builder.AddVoting(),
            _ => { }
        );
        await ((Hosting.Databases.Schema)app.Services.GetService(typeof(Hosting.Databases.Schema))!).ApplyAsync(CancellationToken.None);
    }

    // All that is in memory goes to the files, and a new segment of the write-ahead log begins.
    private static async Task CheckpointAsync(string store, string ledger)
    {
        if (store == "Postgres")
            await OneAsync(ledger, "checkpoint; select pg_switch_wal()::text::bytea");
    }

    private static async Task<bool> TableAsync(string store, string ledger, string name)
    {
        await using var source = Source(store, ledger);
        await using var command = source.CreateCommand(
            store == "Sqlite"
                ? $"select count(*) from sqlite_master where name = '{name}'"
                : $"select count(*) from pg_tables where tablename = '{name}'"
        );
        return (long)(await command.ExecuteScalarAsync())! > 0;
    }

    private static async Task<byte[]> OneAsync(string ledger, string sql)
    {
        await using var source = Source(ledger.StartsWith("Data", StringComparison.Ordinal) ? "Sqlite" : "Postgres", ledger);
        await using var command = source.CreateCommand(sql);
        return (byte[])(await command.ExecuteScalarAsync())!;
    }

    private static DbDataSource Source(string store, string ledger) =>
        store == "Sqlite" ? SqliteFactory.Instance.CreateDataSource(ledger) : NpgsqlDataSource.Create(ledger + ";Pooling=false");

    private static string Bytes(string store, string hex) => store == "Sqlite" ? $"x'{hex}'" : $"'\\x{hex}'::bytea";

    // Version, key's id and time of issue stand before it in the token.
    private static byte[] IdOf(string token) => Base64Url.DecodeFromChars(token).AsSpan(9, 16).ToArray();

    /// <summary>
    /// Files that hold the sixteen bytes in any spelling: raw, hexadecimal, as a UUID in either order of bytes, in base64 or base64url.
    /// </summary>
    private List<string> FilesWith(byte[] id)
    {
        string[] spelled =
        [
            Convert.ToHexStringLower(id),
            new Guid(id).ToString("D"),
            new Guid(id).ToString("N"),
            new Guid(id, bigEndian: true).ToString("D"),
            Base64Url.EncodeToString(id),
            Convert.ToBase64String(id).TrimEnd('='),
        ];
        return FilesHolding([
            id,
            .. spelled.Concat(spelled.Select(text => text.ToUpperInvariant())).Select(System.Text.Encoding.ASCII.GetBytes),
        ]);
    }

    private List<string> FilesHolding(params byte[][] sought) =>
        [
            .. Directory
                .EnumerateFiles(_folder, "*", SearchOption.AllDirectories)
                .Where(file =>
                    !IsSocket(file) && ReadAll(file) is var bytes && Array.Exists(sought, one => bytes.AsSpan().IndexOf(one) >= 0)
                ),
        ];

    private static bool IsSocket(string file) => Path.GetFileName(file).StartsWith(".s.PGSQL", StringComparison.Ordinal);

    private static byte[] ReadAll(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
