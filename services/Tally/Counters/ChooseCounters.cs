using Hosting;

namespace Tally;

/// <summary>The connection string alone decides which counters are used.</summary>
internal static class ChooseCounters
{
    private const string Setting = "ConnectionStrings:Counters";

    /// <returns>True when the counters are this process's own.</returns>
    /// <exception cref="SettingException">The connection string is missing or malformed. It is never repeated: it may hold a password.</exception>
    public static bool AddCounters(this WebApplicationBuilder builder)
    {
        var connection = builder.Configuration.Required(Setting, "127.0.0.1:6379 (Redis) or memory (one process only)");
        if (connection == "memory")
        {
            builder.Services.AddSingleton<ICounters, MemoryCounters>();
            return true;
        }

        throw new SettingException(Setting, "is not 'memory'");
    }
}
