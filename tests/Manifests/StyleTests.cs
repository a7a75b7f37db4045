using System.Globalization;
using System.Text.RegularExpressions;
using Shouldly;
using Xunit;

namespace Manifests.Tests;

/// <summary>What the contributing guide says of the code and no analyzer checks.</summary>
public partial class StyleTests
{
    private const string Guide = ".github/CONTRIBUTING.md";
    private const int LongestLine = 140;

    [Fact]
    public void No_line_of_a_service_is_longer_than_the_formatter_makes_one() =>
        (
            from file in Repository.Files("services", "*.cs")
            from line in Repository.Read(file).Split('\n')
            where line.Length > LongestLine
            select $"{file}: {line.Trim()}"
        ).ShouldBeEmpty();

    [Fact]
    public void An_event_id_stands_for_one_message_and_tells_its_service()
    {
        var ranges = Range()
            .Matches(Repository.Read(Guide))
            .ToDictionary(row => row.Groups["service"].Value, row => row.Groups["range"].Value);
        var events = (
            from file in Repository.Files("services", "*.cs")
            from id in EventId().Matches(Repository.Read(file))
            select (Service: file.Split('/')[1], Id: int.Parse(id.Groups[1].Value, CultureInfo.InvariantCulture))
        ).ToList();
        events.Select(one => one.Id).ShouldBeUnique();
        foreach (var (service, id) in events)
            ranges.ShouldContainKeyAndValue(service, (id / 1000).ToString(CultureInfo.InvariantCulture), $"{id} in {service}; see {Guide}");
    }

    [GeneratedRegex(@"(?<service>[A-Z]\w+) (?<range>\d)000")]
    private static partial Regex Range();

    [GeneratedRegex(@"LoggerMessage\(\s*(\d+)")]
    private static partial Regex EventId();
}
