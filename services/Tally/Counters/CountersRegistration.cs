using Hosting.Configuration;
using StackExchange.Redis;

namespace Tally.Counters;

/// <summary>The connection string alone decides which counters are used.</summary>
internal static class CountersRegistration
{
    private const string Setting = "ConnectionStrings:Counters";

    /// <returns>True when the counters are this process's own.</returns>
    /// <exception cref="SettingException">The connection string is missing or malformed. It is never repeated: it may hold a
    /// password.</exception>
    public static bool AddCounters(this WebApplicationBuilder builder)
    {
        var connection = builder.Configuration.Required(Setting, "127.0.0.1:6379 (Redis) or memory (one process only)");
        if (connection == "memory")
        {
            builder.Services.AddSingleton<ICounters, MemoryCounters>();
            return true;
        }

        var options = Parse(connection);
        builder.Services.AddSingleton<ICounters>(services => new RedisCounters(
            options,
            services.GetRequiredService<TallyMetrics>(),
            services.GetRequiredService<ILogger<RedisCounters>>()
        ));
        return false;
    }

    private static ConfigurationOptions Parse(string connection)
    {
        ConfigurationOptions options;
        try
        {
            options = ConfigurationOptions.Parse(connection);
        }
        catch (ArgumentException malformed)
        {
            throw new SettingException(Setting, $"is malformed ({malformed.GetType().Name})");
        }

        if (options.EndPoints.Count == 0)
            throw new SettingException(Setting, "names no Redis server; give it a value such as 127.0.0.1:6379");

        // Redis may be unavailable at the start and at any time after; the replica serves what it knows and comes back by itself.
        options.AbortOnConnectFail = false;
        options.ClientName ??= "Tally";
        // Waiting in a backlog would only make a failure late: what is written is state, and is written again.
        options.BacklogPolicy = BacklogPolicy.FailFast;
        options.ConnectTimeout = Math.Min(options.ConnectTimeout, 2000);
        options.AsyncTimeout = Math.Min(options.AsyncTimeout, 2000);
        options.ReconnectRetryPolicy = new LinearRetry(500);
        return options;
    }
}
