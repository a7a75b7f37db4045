using Faults.Tests.Crowd;
using Testing.Machine;
using Testing.Servers;

namespace Faults.Tests.Machine;

/// <summary>A wall clock that is wrong, for one process, through libfaketime.</summary>
public static class Clock
{
    /// <summary>Environment variables under which a process believes it is that much later or earlier, e.g. <c>+2h</c>.</summary>
    public static IReadOnlyDictionary<string, string?> Shifted(string shift)
    {
        if (Library() is null && Programs.Root && File.Exists("/etc/debian_version"))
            Programs.Install("libfaketime");
        if (Library() is not { } library)
            throw new MissingProgramException(
                "A shifted clock needs libfaketime: install it, or set FAULTS_LIBFAKETIME to the path of libfaketime.so.1."
            );
        return new Dictionary<string, string?>
        {
            ["LD_PRELOAD"] = library,
            ["FAKETIME"] = shift,
            // Timers count on the monotonic clock, which never errs in this way.
            ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
            // By default waits with a time-out on that clock would end at once.
            ["FAKETIME_FORCE_MONOTONIC_FIX"] = "0",
        };
    }

    /// <summary>What the process takes the time for: its HTTP Date header.</summary>
    public static async Task<DateTimeOffset> Of(ServiceProcess service)
    {
        using var answer = await Api.Http.GetAsync(new Uri(service.Address, "health/live"));
        return answer.Headers.Date!.Value;
    }

    private static string? Library() =>
        new[]
        {
            Environment.GetEnvironmentVariable("FAULTS_LIBFAKETIME"),
            "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1",
            "/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1",
            "/usr/lib64/faketime/libfaketime.so.1",
            "/usr/lib/faketime/libfaketime.so.1",
        }.FirstOrDefault(File.Exists);
}
