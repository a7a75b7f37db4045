using Catalog.Tests;
using Faults.Tests.Machine;
using Faults.Tests.Servers;
using Xunit;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace Catalog.Tests;

/// <summary>One real PostgreSQL for all tests that ask for it, started by the first, with a database for each.</summary>
public sealed class PostgresServer : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("catalog-postgres-").FullName;
    private readonly Lazy<Task<Postgres>> _server;

    public PostgresServer() => _server = new(StartAsync);

    /// <returns>The connection string of an empty database.</returns>
    public async Task<string> NewDatabaseAsync()
    {
        var server = await _server.Value;
        var name = "catalog_" + Guid.NewGuid().ToString("n");
        await server.Create(name);
        return server.ConnectionTo(name) + ";Maximum Pool Size=8";
    }

    /// <summary>Every connection dies; the server answers again when this returns.</summary>
    public async Task RestartAsync()
    {
        var server = await _server.Value;
        await server.Send(UnixSignal.Interrupt);
        await server.StartAndWait();
    }

    public void Dispose()
    {
        if (_server.IsValueCreated && _server.Value.IsCompletedSuccessfully)
            _server.Value.Result.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<Postgres> StartAsync()
    {
        // PostgreSQL does not run as root; its own account must get through to its directory.
        File.SetUnixFileMode(_folder, (UnixFileMode)0b111_001_001);
        var server = new Postgres(_folder);
        await server.StartAndWait();
        return server;
    }
}
