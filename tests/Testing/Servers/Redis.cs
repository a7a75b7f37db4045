using StackExchange.Redis;
using Testing.Machine;

namespace Testing.Servers;

/// <summary>Redis that keeps nothing on disk: whatever kills it empties it.</summary>
/// <param name="directory">Gets a folder of this server's.</param>
/// <param name="configuration">Its configuration file, such as one with users.</param>
/// <param name="password">The password of one who may do everything.</param>
/// <param name="more">Arguments such as <c>--cluster-enabled yes</c>.</param>
public sealed class Redis(string directory, string? configuration = null, string? password = null, params string[] more)
    : Server("redis", directory)
{
    private readonly string _redis = Programs.Required("redis-server", "redis-server");

    public string Configuration => $"127.0.0.1:{Port},abortConnect=false{Password}";

    private string Password => password is null ? "" : $",password={password}";

    /// <returns>How many keys were lost.</returns>
    public Task<long> FlushAll() =>
        Ask(async server =>
        {
            var keys = await server.DatabaseSizeAsync();
            await server.FlushAllDatabasesAsync();
            return keys;
        });

    /// <summary>Writes a field of a hash as anyone could who reaches Redis.</summary>
    public Task Write(string hash, string field, string value) => Ask(server => server.ExecuteAsync("HSET", hash, field, value));

    /// <returns>A field of a hash, empty when there is none.</returns>
    public Task<string> Read(string hash, string field) =>
        Ask(async server => (string?)await server.ExecuteAsync("HGET", hash, field) ?? "");

    /// <returns>The keys that a pattern of Redis matches.</returns>
    public Task<List<string>> Keys(string pattern) =>
        Ask(server => Task.FromResult(server.Keys(pattern: pattern).Select(key => key.ToString()).ToList()));

    public Task<long> Keys() => Ask(server => server.DatabaseSizeAsync());

    protected override Child Start() =>
        Child.Start(
            Log,
            [
                _redis,
                .. configuration is null ? Array.Empty<string>() : [configuration],
                "--port",
                Port.ToString(),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--appendonly",
                "no",
                "--dir",
                Directory,
                .. more,
            ],
            new Dictionary<string, string?>()
        );

    protected override async Task<bool> Answers() => await Keys() >= 0;

    private async Task<T> Ask<T>(Func<IServer, Task<T>> question)
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(
            $"127.0.0.1:{Port},allowAdmin=true,connectTimeout=2000{Password}"
        );
        return await question(connection.GetServers()[0]);
    }
}
