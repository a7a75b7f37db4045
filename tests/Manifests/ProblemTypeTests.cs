using System.Text.RegularExpressions;
using Shouldly;
using Xunit;

namespace Manifests.Tests;

/// <summary>The problem types that the page for developers lists are those that the services answer.</summary>
public partial class ProblemTypeTests
{
    private const string Page = "services/Web/Developers/DevelopersPage.razor";

    [Fact]
    public void Every_problem_type_named_for_developers_is_answered_with_that_status()
    {
        var answered = Repository
            .Files("services", "*.cs")
            .SelectMany(file => Answers().Matches(Repository.Read(file)))
            .Select(match => (Status: match.Groups["status"].Value, Type: match.Groups["type"].Value))
            .ToHashSet();
        foreach (var file in Repository.Files("services", "*.cs"))
            answered.UnionWith(Unavailable().Matches(Repository.Read(file)).Select(match => ("503", match.Groups["type"].Value)));
        var listed = Rows()
            .Matches(Repository.Read(Page))
            .SelectMany(row =>
                Words().Matches(row.Groups["types"].Value).Select(word => (row.Groups["status"].Value, word.Groups[1].Value))
            )
            .ToList();
        listed.Count.ShouldBeGreaterThan(20);
        listed.Where(type => !answered.Contains(type)).ShouldBeEmpty();
    }

    // Those a service refuses with by name, those that Problems gives to a bare status, and those of an unavailable database.
    [GeneratedRegex(
        """Problems\s*\.(?:Of|Retry)\(\s*(?:[\w.]*[cC]ontext,\s*)?(?<status>\d{3}),\s*"(?<type>[a-z-]+)"|(?<status>\d{3}) => "(?<type>[a-z-]+)","""
    )]
    private static partial Regex Answers();

    [GeneratedRegex("""ExplainUnavailable(?:<[^>]+>)?\(\s*[^,]+,\s*"(?<type>[a-z-]+)[\x22]""")]
    private static partial Regex Unavailable();

    [GeneratedRegex("""\((?<status>\d{3}), \[(?<types>[^\]]+)\]\)""")]
    private static partial Regex Rows();

    [GeneratedRegex("\"([a-z-]+)\"")]
    private static partial Regex Words();
}
