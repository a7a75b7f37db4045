using Testing.Machine;

namespace Testing.Servers;

/// <summary>One real PostgreSQL for all tests of an assembly that ask for it, started by the first, with a database for each.</summary>
public sealed class SharedPostgres : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("postgres-").FullName;
    private readonly Lazy<Task<Postgres>> _server;

    public SharedPostgres() => _server = new(StartAsync);

    /// <returns>The server, running.</returns>
    /// <exception cref="MissingProgramException">There is no PostgreSQL and it can't be installed.</exception>
    public Task<Postgres> ServerAsync() => _server.Value;

    /// <returns>The connection string of an empty database whose name begins with the prefix.</returns>
    public async Task<string> NewDatabaseAsync(string prefix)
    {
        var server = await ServerAsync();
        var name = $"{prefix}_{Guid.NewGuid():n}";
        await server.Create(name);
        // What a test leaves in its pools would otherwise stay open beside all later tests.
        return server.ConnectionTo(name) + ";Connection Idle Lifetime=2;Connection Pruning Interval=1";
    }

    /// <summary>Every connection dies; the server answers again when this returns.</summary>
    public async Task RestartAsync()
    {
        var server = await ServerAsync();
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
        var server = new Postgres(_folder);
        await server.StartAndWait();
        return server;
    }
}
