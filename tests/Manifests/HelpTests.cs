using System.Diagnostics;
using Shouldly;
using Testing;
using Xunit;

namespace Manifests.Tests;

public class HelpTests
{
    private static readonly string[] Services = ["Catalog", "Voting", "Tally", "Newsletter", "Webhooks", "Web", "Standalone"];

    public static TheoryData<string, string> Asked =>
        [
            .. Services.SelectMany(service =>
                (IEnumerable<(string, string)>)
                    [
                        (service, "--help"),
                        (service, "-h"),
                        (service, "--urls http://127.0.0.1:0 --help"),
                        (service, "migrate --help"),
                        (service, "health -h"),
                    ]
            ),
            ("Standalone", "editor-token --help"),
            ("Operator", "--help"),
            ("Operator", "-h"),
            ("Operator", "keys --help"),
        ];

    [Theory]
    [MemberData(nameof(Asked))]
    public async Task A_program_asked_for_help_says_how_to_use_it_and_starts_nothing(string program, string arguments)
    {
        var dll = Built.Path(program);
        using var process = Process.Start(
            new ProcessStartInfo("dotnet", [dll, .. arguments.Split(' ')])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        var complaints = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var usage = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        process.ExitCode.ShouldBe(0, await complaints);
        (await complaints).ShouldBeEmpty();
        usage.ShouldContain(program, Case.Insensitive);
        usage.Split('\n').Length.ShouldBeLessThan(40);
    }
}
