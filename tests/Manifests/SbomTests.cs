using System.Diagnostics;
using System.Text.Json;
using Shouldly;
using Xunit;

namespace Manifests.Tests;

/// <summary>The bills of material that the build writes.</summary>
public class SbomTests
{
    public static TheoryData<string> Programs =>
        new("Catalog", "Voting", "Tally", "Newsletter", "Webhooks", "Web", "Standalone", "Operator");

    [Theory, MemberData(nameof(Programs))]
    public async Task A_programs_bill_of_material_names_every_package_it_is_locked_to(string program)
    {
        var bill = Repository.Path($"services/{program}/bin/{program}.cdx.json");
        var locked = Repository.Path($"services/{program}/packages.lock.json");
        if (File.GetLastWriteTimeUtc(bill) < File.GetLastWriteTimeUtc(locked))
            await WriteAsync();

        using var document = JsonDocument.Parse(await File.ReadAllTextAsync(bill));
        document.RootElement.GetProperty("bomFormat").GetString().ShouldBe("CycloneDX");
        document.RootElement.GetProperty("metadata").GetProperty("component").GetProperty("name").GetString().ShouldBe(program);
        var named = document
            .RootElement.GetProperty("components")
            .EnumerateArray()
            .Select(part => part.GetProperty("purl").GetString())
            .ToHashSet();
        using var packages = JsonDocument.Parse(await File.ReadAllTextAsync(locked));
        foreach (var framework in packages.RootElement.GetProperty("dependencies").EnumerateObject())
            foreach (
                var package in framework.Value.EnumerateObject().Where(package => package.Value.GetProperty("type").GetString() != "Project")
            )
                named.ShouldContain($"pkg:nuget/{package.Name}@{package.Value.GetProperty("resolved").GetString()}");
    }

    private static async Task WriteAsync()
    {
        using var writing = Process.Start(
            new ProcessStartInfo("bash", [Repository.Path(".ci/sbom")]) { UseShellExecute = false, RedirectStandardOutput = true }
        )!;
        var output = await writing.StandardOutput.ReadToEndAsync();
        await writing.WaitForExitAsync();
        writing.ExitCode.ShouldBe(0, output);
    }
}
