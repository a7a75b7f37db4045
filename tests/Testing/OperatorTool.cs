using System.Diagnostics;
using System.Text.Json;

namespace Testing;

/// <summary>The operator's tool, run to its end.</summary>
public static class OperatorTool
{
    public static Task<(int Code, JsonElement Answer, string Errors)> RunAsync(params string[] arguments) =>
        RunAsync(new Dictionary<string, string>(), arguments);

    public static async Task<(int Code, JsonElement Answer, string Errors)> RunAsync(
        IReadOnlyDictionary<string, string> environment,
        params string[] arguments
    )
    {
        var start = new ProcessStartInfo("dotnet", [Built.Path("Operator"), .. arguments, "--json"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output.Length > 0 && output[0] == '{' ? JsonDocument.Parse(output).RootElement : default, await errors);
    }

    public static IReadOnlyList<string> Wrongs(this JsonElement answer) =>
        [.. answer.GetProperty("wrongs").EnumerateArray().Select(wrong => wrong.GetString()!)];
}
