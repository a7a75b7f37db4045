using System.Reflection;
using System.Text.RegularExpressions;
using ArchUnitNET.Domain;
using ArchUnitNET.Fluent.Slices;
using ArchUnitNET.Loader;
using ArchUnitNET.xUnitV3;
using Shouldly;
using Xunit;
using static ArchUnitNET.Fluent.ArchRuleDefinition;

namespace Manifests.Tests;

/// <summary>
/// Which way dependencies point. A service's root folder composes it and is left out: it knows every room, and every room may know its
/// settings, metrics and log.
/// </summary>
public partial class ArchitectureTests
{
    private static readonly string[] Services = ["Catalog", "Voting", "Tally", "Newsletter", "Webhooks", "Web"];
    private static readonly Dictionary<string, Architecture> Loaded = [];

    [Theory]
    [InlineData("Catalog")]
    [InlineData("Voting")]
    [InlineData("Tally")]
    [InlineData("Newsletter")]
    [InlineData("Webhooks")]
    [InlineData("Web")]
    [InlineData("Hosting")]
    public void No_folder_of_a_service_depends_on_one_that_depends_on_it(string service) =>
        SliceRuleDefinition.Slices().Matching($"{service}.(**)").Should().BeFreeOfCycles().Check(Of(service));

    [Fact]
    public void No_service_knows_another()
    {
        foreach (var service in Services)
            foreach (var other in Services.Where(other => other != service))
                Types()
                    .That()
                    .ResideInNamespaceMatching($@"^{service}(\.|$)")
                    .Should()
                    .NotDependOnAnyTypesThat()
                    .ResideInNamespaceMatching($@"^{other}(\.|$)")
                    .Check(Of(service));
    }

    [Fact]
    public void What_Tally_knows_depends_on_none_of_its_rooms() =>
        Types()
            .That()
            .ResideInNamespaceMatching(@"^Tally\.State$")
            .Should()
            .NotDependOnAnyTypesThat()
            .ResideInNamespaceMatching(@"^Tally\.(?!State$)")
            .Check(Of("Tally"));

    [Fact]
    public void What_Web_reads_from_requests_and_services_depends_on_no_page() =>
        Types()
            .That()
            .ResideInNamespaceMatching(@"^Web\.(Requests|Services|Assets)$")
            .Should()
            .NotDependOnAnyTypesThat()
            .ResideInNamespaceMatching(@"^Web\.(?!Requests$|Services$|Assets$)\w")
            .Check(Of("Web"));

    [Theory]
    [InlineData("Tally", @"^Tally\.(?!Consumers$|Reconciling$)\w")]
    [InlineData("Voting", @"^Voting\.(?!Tools$|Relay$)\w")]
    [InlineData("Catalog", @"^Catalog\.(?!Publishing$)\w")]
    [InlineData("Newsletter", @"^Newsletter\.\w")]
    [InlineData("Webhooks", @"^Webhooks\.(?!Following$)\w")]
    [InlineData("Web", @"^Web\.\w")]
    public void Only_consumers_and_relays_touch_the_bus(string service, string rooms) =>
        Types()
            .That()
            .ResideInNamespaceMatching(rooms)
            .Should()
            .NotDependOnAnyTypesThat()
            .ResideInNamespaceMatching(@"^MassTransit(\.|$)")
            .WithoutRequiringPositiveResults()
            .Check(Of(service));

    // Comments may give an example; what is compiled may not know one.
    [Fact]
    public void Hosting_names_no_service_and_no_address_of_one()
    {
        var named =
            from file in Repository.Files("services/Hosting", "*.cs")
            from line in Repository.Read(file).Split('\n')
            where !line.TrimStart().StartsWith("//", StringComparison.Ordinal) && OfAService().IsMatch(line)
            select $"{file}: {line.Trim()}";
        named.ShouldBeEmpty();
    }

    [GeneratedRegex(
        """
            "(Catalog|Voting|Tally|Newsletter|Webhooks|Web|Standalone|Operator)"|"/(api|hubs|admin|assets|tools|compare|vote|votes|newsletter)\b
            """
    )]
    private static partial Regex OfAService();

    // Read from the files that this build made: nothing of theirs is loaded into the test.
    private static Architecture Of(string service)
    {
        lock (Loaded)
        {
            if (Loaded.TryGetValue(service, out var known))
                return known;
            var program = service == "Hosting" ? ProgramOf("Voting") : ProgramOf(service);
            return Loaded[service] = new ArchLoader()
                .LoadFilteredDirectory(Path.GetDirectoryName(program)!, $"{service}.dll", SearchOption.TopDirectoryOnly)
                .Build();
        }
    }

    private static string ProgramOf(string service) =>
        System
            .Reflection.Assembly.GetExecutingAssembly()
            .GetCustomAttributes<AssemblyMetadataAttribute>()
            .First(metadata => metadata.Key == service)
            .Value!;
}
