using System.Text.Json;
using Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace Manifests.Tests;

public sealed class LogFormatTests
{
    [Fact]
    public async Task Logs_are_lines_of_JSON_when_the_platforms_own_setting_says_so()
    {
        var line = await LineAsync("--Logging:Console:FormatterName=json");
        using var json = JsonDocument.Parse(line);
        json.RootElement.GetProperty("LogLevel").GetString().ShouldBe("Warning");
        json.RootElement.GetProperty("Timestamp").GetString()!.ShouldEndWith("Z");
    }

    [Fact]
    public async Task Logs_are_lines_for_people_otherwise() =>
        (await LineAsync()).ShouldMatch(@"^\d{4}-\d\d-\d\dT[\d:.]+Z .*warn.*written by a test \w+$");

    private static async Task<string> LineAsync(params string[] args)
    {
        var marker = Guid.NewGuid().ToString("N");
        var console = Console.Out;
        using var written = new StringWriter();
        // Other lines are told apart by the marker.
        Console.SetOut(TextWriter.Synchronized(written));
        try
        {
            await using var app = Service.Build("Any", args, _ => { }, _ => { });
            app.Services.GetRequiredService<ILogger<LogFormatTests>>().LogWarning("written by a test {Marker}", marker);
        }
        finally
        {
            Console.SetOut(console);
        }

        return written
            .ToString()
            .Split('\n', StringSplitOptions.TrimEntries)
            .Single(line => line.Contains(marker, StringComparison.Ordinal));
    }
}
