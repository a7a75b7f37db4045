using Hosting.Configuration;
using StackExchange.Redis;
using Voting.Ledger;

namespace Voting.Quota;

/// <summary>Wires the quota: counted in Redis when <c>ConnectionStrings:Counters</c> names one, else in this process.</summary>
internal static class QuotaService
{
    private const string Setting = "ConnectionStrings:Counters";

    /// <exception cref="SettingException">A setting is malformed.</exception>
    public static void AddQuota(this IHostApplicationBuilder builder)
    {
        var settings = QuotaSettings.From(builder.Configuration);
        var redis =
            settings.Enabled && builder.Configuration[Setting] is { Length: > 0 } connection && connection != "memory"
                ? Parse(connection)
                : null;
        // Its own connection: with time-outs that fit a reader's request.
        if (redis is not null)
            builder.Services.AddKeyedSingleton<IConnectionMultiplexer>("quota", (_, _) => ConnectionMultiplexer.Connect(redis));
        builder.Services.AddSingleton(services => new NewVoterQuota(
            settings,
            new KnownVoters(services.GetRequiredService<VoteLedger>()),
            redis is null
                ? new MemoryQuotaCounts(settings)
                : new RedisQuotaCounts(services.GetRequiredKeyedService<IConnectionMultiplexer>("quota"), settings),
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILogger<NewVoterQuota>>()
        ));
    }

    private static ConfigurationOptions Parse(string connection)
    {
        try
        {
            var options = ConfigurationOptions.Parse(connection);
            options.AbortOnConnectFail = false;
            options.ClientName = "Voting";
            options.BacklogPolicy = BacklogPolicy.FailFast;
            options.ConnectTimeout = Math.Min(options.ConnectTimeout, 1000);
            options.AsyncTimeout = Math.Min(options.AsyncTimeout, 250);
            options.ReconnectRetryPolicy = new LinearRetry(500);
            return options;
        }
        catch (ArgumentException malformed)
        {
            throw new SettingException(Setting, $"is malformed ({malformed.GetType().Name})");
        }
    }
}
