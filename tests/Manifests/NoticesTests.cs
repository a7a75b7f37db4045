using System.Text.Json;
using Shouldly;
using Xunit;

namespace Manifests.Tests;

/// <summary>What is shipped is named with its licence.</summary>
public class NoticesTests
{
    [Fact]
    public void Every_package_that_is_shipped_stands_in_the_notices_with_its_version()
    {
        var notices = Repository.Read("services/NOTICES.md");
        foreach (var file in Repository.Files("services", "packages.lock.json"))
            foreach (var framework in JsonDocument.Parse(Repository.Read(file)).RootElement.GetProperty("dependencies").EnumerateObject())
                foreach (
                    var package in framework.Value.EnumerateObject().Where(package => package.Value.GetProperty("type").GetString() != "Project")
                )
                    notices.ShouldContain($"| {package.Name} | {package.Value.GetProperty("resolved").GetString()} | ", customMessage: file);
        notices.ShouldNotContain("| ? |");
    }
}
