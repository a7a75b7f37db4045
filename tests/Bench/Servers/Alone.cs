using Bench.Load;
using Microsoft.Data.Sqlite;
using Testing.Servers;

namespace Bench.Servers;

/// <summary>Standalone on SQLite, with the same hundred tools.</summary>
/// <param name="limited">Quotas and rate limits as in an installation.</param>
/// <param name="gated">Quotas alone.</param>
/// <param name="behindProxy">Requests may say for whom they come.</param>
internal sealed class Alone(bool limited = false, bool gated = false, bool behindProxy = false) : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bench-alone-").FullName;

    private ServiceProcess? _process;

    public Tokens Tokens { get; } = new();

    public ServiceProcess Process =>
        _process ??= new ServiceProcess(
            _folder,
            "Standalone",
            "standalone",
            new Dictionary<string, string?>
            {
                ["Data"] = Path.Combine(_folder, "data"),
                ["Voters__SigningKeys__0"] = Tokens.Key,
                ["Quota__Enabled"] = limited || gated ? "true" : "false",
                ["RateLimits__Enabled"] = limited ? "true" : "false",
                ["Proxies__KnownNetworks__0"] = behindProxy ? "127.0.0.0/8" : null,
                ["DOTNET_EnableDiagnostics"] = "0",
            }
        );

    public async Task StartAsync()
    {
        await Process.StartAndWait();
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(_folder, "data", "ledger.db")};Pooling=false");
        await connection.OpenAsync();
        foreach (var tool in Whole.Tools)
        {
            await using var insert = connection.CreateCommand();
            insert.CommandText =
                $"insert or ignore into tools (slug, name, category, retired, version) values ('{tool}', '{tool}', 'bench', 0, 1)";
            await insert.ExecuteNonQueryAsync();
        }
    }

    public ValueTask DisposeAsync()
    {
        Process.Dispose();
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}
