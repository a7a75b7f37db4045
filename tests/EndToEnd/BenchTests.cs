using System.Diagnostics;
using Shouldly;
using Testing;
using Xunit;

namespace EndToEnd.Tests;

public class BenchTests
{
    // Its figures mean nothing here; what a test can say is that the program has not rotted.
    [Fact]
    public async Task The_load_program_measures_something_and_prints_its_table()
    {
        var bench = Built.Path("Bench");
        using var process = Process.Start(
            new ProcessStartInfo("dotnet", [bench, "start", "simulate", "--smoke"])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
            }
        )!;
        var table = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        process.ExitCode.ShouldBe(0);
        table.ShouldContain("| Standalone's memory, idle |");
        table.ShouldContain("| simulation: bytes for twice the readers | 2 | 2 | met |");
    }
}
