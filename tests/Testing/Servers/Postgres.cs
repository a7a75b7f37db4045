using Npgsql;
using Testing.Machine;

namespace Testing.Servers;

/// <summary>PostgreSQL in a directory of its own, with fsync on as in production.</summary>
public sealed class Postgres : Server
{
    private readonly string _postgres = Programs.Required("postgres", "postgresql");
    private readonly string? _account = Programs.Root ? "postgres" : null;
    private readonly string _data;

    public Postgres(string directory)
        : base("postgres", directory)
    {
        _data = Path.Combine(Directory, "data");
        if (_account is not null)
        {
            // PostgreSQL does not run as root; its own account must get through to its directory.
            File.SetUnixFileMode(directory, (UnixFileMode)0b111_001_001);
            Programs.Run("chown", _account, Directory);
        }

        string[] init =
        [
            Programs.Required("initdb", "postgresql"),
            "-D",
            _data,
            "-U",
            "voting",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
        ];
        var (code, output) = _account is null
            ? Programs.Run(init[0], init[1..])
            : Programs.Run(
                Programs.Required("setpriv", "util-linux"),
                [$"--reuid={_account}", $"--regid={_account}", "--init-groups", "--", .. init]
            );
        if (code != 0)
            throw new InvalidOperationException($"initdb failed: {output}");
    }

    public string ConnectionTo(string database) => ConnectionTo(database, Port);

    /// <summary>The same database seen through another port, such as a proxy's.</summary>
    public static string ConnectionTo(string database, int port) =>
        $"Host=127.0.0.1;Port={port};Username=voting;Database={database};Timeout=3";

    /// <summary>The same database as the login that serves, which owns nothing.</summary>
    public static string Serving(string connection) =>
        connection.Replace("Username=voting;", "Username=serving;", StringComparison.Ordinal);

    /// <summary>An empty database that the server's own account owns.</summary>
    public async Task Create(string database)
    {
        await Execute($"create database {database}");
        await Execute("do $$ begin create role serving login; exception when duplicate_object or unique_violation then null; end $$");
    }

    public async Task Execute(string sql, string database = "postgres")
    {
        // Not from a pool: what lay there may have died with the server since. And patient, as a busy machine is no failure.
        await using var connection = new NpgsqlConnection($"{ConnectionTo(database)};Timeout=30;Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>
    /// True once the last backend is gone too. They notice their postmaster's death only when they next wait for something, and until then
    /// may well commit; all of them work in the data directory.
    /// </summary>
    public bool Gone() =>
        !Alive && !System.IO.Directory.EnumerateDirectories("/proc").Where(process => char.IsAsciiDigit(process[^1])).Any(WorksHere);

    private bool WorksHere(string process)
    {
        try
        {
            return new FileInfo(Path.Combine(process, "cwd")).LinkTarget == _data;
        }
        catch (Exception unseen) when (unseen is IOException or UnauthorizedAccessException)
        {
            // It ended meanwhile, or is another account's.
            return false;
        }
    }

    protected override Child Start() =>
        Child.Start(
            Log,
            [
                _postgres,
                "-D",
                _data,
                "-p",
                Port.ToString(),
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                $"unix_socket_directories={Directory}",
                "-c",
                "fsync=on",
                "-c",
                "synchronous_commit=on",
                "-c",
                "max_connections=300",
            ],
            new Dictionary<string, string?>(),
            _account
        );

    protected override async Task<bool> Answers()
    {
        await using var connection = new NpgsqlConnection($"{ConnectionTo("postgres")};Pooling=false");
        await connection.OpenAsync();
        return true;
    }
}
