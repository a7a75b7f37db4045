using Faults.Tests.Machine;
using StackExchange.Redis;

namespace Faults.Tests.Servers;

/// <summary>Redis that keeps nothing on disk: whatever kills it empties it.</summary>
public sealed class Redis(string directory) : Server("redis", directory)
{
    private readonly string _redis = Programs.Required("redis-server", "redis-server");

    public string Configuration => $"127.0.0.1:{Port},abortConnect=false";

    /// <returns>How many keys were lost.</returns>
    public Task<long> FlushAll() => Ask(async server =>
    {
        var keys = await server.DatabaseSizeAsync();
        await server.FlushAllDatabasesAsync();
        return keys;
    });

    /// <summary>Writes a field of a hash as anyone could who reaches Redis.</summary>
    public Task Write(string hash, string field, string value) => Ask(server => server.ExecuteAsync("HSET", hash, field, value));

    /// <returns>A field of a hash, empty when there is none.</returns>
    public Task<string> Read(string hash, string field) => Ask(async server => (string?)await server.ExecuteAsync("HGET", hash, field) ?? "");

    public Task<long> Keys() => Ask(server => server.DatabaseSizeAsync());

    protected override Child Start() => Child.Start(
        Log,
        [_redis, "--port", Port.ToString(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", Directory],
        new Dictionary<string, string?>());

    protected override async Task<bool> Answers() => await Keys() >= 0;

    private async Task<T> Ask<T>(Func<IServer, Task<T>> question)
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{Port},allowAdmin=true,connectTimeout=2000");
        return await question(connection.GetServers()[0]);
    }
}
