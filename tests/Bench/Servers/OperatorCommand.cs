using System.Diagnostics;
using System.Text.Json;
using Testing;

namespace Bench.Servers;

/// <summary>The operator's tool as an operator starts it.</summary>
internal static class OperatorCommand
{
    /// <returns>How long it took from start to end, and the facts it found.</returns>
    /// <exception cref="InvalidOperationException">It found something wrong.</exception>
    public static async Task<(double Seconds, JsonElement Facts)> RunAsync(string command, params string[] arguments)
    {
        var tool = Built.Path("Operator");
        var clock = Stopwatch.StartNew();
        using var process = Process.Start(
            new ProcessStartInfo("dotnet", [tool, command, "--json", .. arguments])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
            }
        )!;
        var answer = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        var took = clock.Elapsed.TotalSeconds;
        return process.ExitCode == 0
            ? (took, JsonDocument.Parse(answer).RootElement.GetProperty("facts"))
            : throw new InvalidOperationException($"{command}: {answer}");
    }
}
