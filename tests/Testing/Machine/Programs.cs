using System.Diagnostics;

namespace Testing.Machine;

/// <summary>A program these tests need is neither here nor installable; the message says what to install.</summary>
public sealed class MissingProgramException(string message) : Exception(message);

/// <summary>Finds server programs, and as root on Debian installs what is missing.</summary>
public static class Programs
{
    private static readonly string[] Directories =
    [
        // Debian's own rabbitmq-server on the PATH changes account and directory; the real one lies here.
        "/usr/lib/rabbitmq/bin",
        "/opt/rabbitmq/sbin",
        .. Newest("/usr/lib/postgresql"),
        .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries),
        "/usr/sbin",
        "/usr/local/sbin",
        "/opt/homebrew/bin",
    ];

    private static readonly Lock Installing = new();

    public static bool Root { get; } = Environment.UserName == "root";

    /// <summary>The path in <c>FAULTS_{NAME}</c>, or where the program is found, or null.</summary>
    public static string? Find(string program) =>
        Environment.GetEnvironmentVariable($"FAULTS_{program.Replace('-', '_').ToUpperInvariant()}")
        ?? Directories
            .Concat(Newest("/usr/lib/postgresql"))
            .Select(directory => Path.Combine(directory, program))
            .FirstOrDefault(File.Exists);

    /// <exception cref="MissingProgramException">It is not here and could not be installed.</exception>
    public static string Required(string program, string package)
    {
        if (Find(program) is { } found)
            return found;
        if (Root && File.Exists("/etc/debian_version"))
        {
            // Tests that run at once may miss the same program, and apt refuses to run twice.
            lock (Installing)
            {
                if (Find(program) is null)
                    Install(package);
            }
        }

        return Find(program)
            ?? throw new MissingProgramException(
                $"These tests run real servers: install {package} (Debian's name) or set FAULTS_{program.Replace('-', '_').ToUpperInvariant()} to the path of {program}."
            );
    }

    /// <summary>
    /// Installs Debian packages without letting their services start; on failure says so and leaves the judgement to the caller.
    /// </summary>
    public static void Install(params string[] packages)
    {
        const string Policy = "/usr/sbin/policy-rc.d";
        const string NoCluster = "/etc/postgresql-common/createcluster.d/none.conf";
        var forbid = !File.Exists(Policy);
        var decline = !File.Exists(NoCluster);
        if (forbid)
        {
            File.WriteAllText(Policy, "#!/bin/sh\nexit 101\n");
            File.SetUnixFileMode(Policy, (UnixFileMode)0b111_101_101);
        }

        try
        {
            // The cluster Debian would create and start for itself is neither needed nor wanted.
            Directory.CreateDirectory(Path.GetDirectoryName(NoCluster)!);
            if (decline)
                File.WriteAllText(NoCluster, "create_main_cluster = false\n");
            Run("apt-get", "update", "-qq");
            Run("apt-get", ["install", "-qq", "-y", "--no-install-recommends", .. packages]);
        }
        finally
        {
            if (forbid)
                File.Delete(Policy);
            if (decline)
                File.Delete(NoCluster);
        }
    }

    /// <summary>Runs a short-lived program to its end and returns its exit code and output.</summary>
    public static (int ExitCode, string Output) Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.Environment["DEBIAN_FRONTEND"] = "noninteractive";
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.GetAwaiter().GetResult());
    }

    private static IEnumerable<string> Newest(string versions) =>
        Directory.Exists(versions)
            ? Directory
                .GetDirectories(versions)
                .OrderByDescending(path => int.TryParse(Path.GetFileName(path), out var version) ? version : 0)
                .Select(path => Path.Combine(path, "bin"))
            : [];
}
