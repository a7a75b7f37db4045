using Hosting.Configuration;
using Hosting.Limits;
using Microsoft.Extensions.Configuration;

namespace Hosting.Connections;

/// <summary>What a service says of its connections.</summary>
public sealed class ConnectionOptions
{
    /// <summary>Files that one connection may cost: 2 where a request is passed on over a connection of its own.</summary>
    public int FilesEach { get; set; } = 1;
}

/// <summary>How many connections one process holds.</summary>
/// <param name="Most">In all (<c>Connections:Most</c>).</param>
/// <param name="PerNetwork">
/// Of one IPv4 address or IPv6 /64 (<c>Connections:PerNetwork</c>); twice as many of its /24 or /48, four times of its /16 or /32. Null
/// when rate limits are off.
/// </param>
/// <param name="Silent">Of those that have sent no request yet; above, the oldest of them are dropped.</param>
/// <param name="Silence">How long a connection may take until its first request (<c>Connections:SilentSeconds</c>).</param>
public sealed record ConnectionSettings(int Most, int? PerNetwork, int Silent, TimeSpan Silence)
{
    // Beside what is open at the start: for databases, the broker, Redis, SQLite's files and assemblies that are loaded later.
    private const int Reserve = 512;
    private const int Ceiling = 20_000;

    // An idle connection that has served a request holds less; the rest is for the requests themselves.
    private const long BytesEach = 16 * 1024;

    /// <exception cref="SettingException">A value is malformed, or more than the process has files for.</exception>
    internal static ConnectionSettings From(IConfiguration configuration, ConnectionOptions options, int? freeFiles, long memory)
    {
        var bounded = configuration.Switch(RateLimits.Setting, standard: true);
        var byFiles = freeFiles is { } free ? Math.Max(1, (free - Reserve) / options.FilesEach) : Ceiling;
        var byMemory = (int)Math.Clamp(memory / BytesEach, 1, Ceiling);
        var most = configuration.Whole("Connections:Most", bounded ? Math.Min(byFiles, byMemory) : byFiles);
        // A setting may use up the reserve, knowing what else the process opens, but not more.
        if (most > freeFiles)
            throw new SettingException(
                "Connections:Most",
                $"{most} is more than the {freeFiles} files that this process may still open (ulimit -n)"
            );
        var perNetwork = configuration.Whole("Connections:PerNetwork", Math.Max(1, most / 8));
        var seconds = configuration.Whole("Connections:SilentSeconds", 10);
        return new ConnectionSettings(most, bounded ? perNetwork : null, Math.Max(1, most / 4), TimeSpan.FromSeconds(seconds));
    }
}
