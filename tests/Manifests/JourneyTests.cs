using System.Text.RegularExpressions;
using Shouldly;
using Xunit;

namespace Manifests.Tests;

/// <summary>The README lists the steps of a vote's journey, and a comment in the code marks where each one happens.</summary>
public partial class JourneyTests
{
    private static readonly string[] Languages = ["*.cs", "*.js", "*.sql", "*.razor"];

    [Fact]
    public void The_code_marks_each_step_of_the_journey_once_in_the_words_and_the_file_the_README_gives()
    {
        var listed = Listed().Matches(Repository.Read("README.md")).Select(Step).ToList();
        listed.Select(step => step.Number).ShouldBe(["1", "2", "3", "4", "5", "6", "7", "8"]);

        var marked = Languages
            .SelectMany(pattern => Repository.Files("services", pattern))
            .SelectMany(file => Marked().Matches(Repository.Read(file)).Select(mark => Step(mark) with { File = file }))
            .OrderBy(step => step.Number, StringComparer.Ordinal);
        marked.ShouldBe(listed);
    }

    private static Journey Step(Match match) =>
        new(match.Groups["number"].Value, match.Groups["title"].Value, match.Groups["file"].Value);

    private sealed record Journey(string Number, string Title, string File);

    [GeneratedRegex(@"^(?<number>\d+)\. \*\*(?<title>.+?)\*\*.*\]\((?<file>services/[^)]+)\)\r?$", RegexOptions.Multiline)]
    private static partial Regex Listed();

    [GeneratedRegex(@"Journey,? ?(?:step )?(?<number>\d+)[:.,] ?(?<title>.*?)(?:</summary>)?\r?$", RegexOptions.Multiline)]
    private static partial Regex Marked();
}
