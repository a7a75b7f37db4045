using System.Text.RegularExpressions;
using Shouldly;
using Xunit;

namespace Manifests.Tests;

public partial class LinkTests
{
    private static IEnumerable<string> Documents =>
        ((string[])["README.md"]).Concat(
            ((string[])[".github", "k8s", "services", "tests"]).SelectMany(folder => Repository.Files(folder, "*.md"))
        );

    [Fact]
    public void Every_link_from_one_document_to_a_file_or_a_heading_of_the_repository_leads_there()
    {
        var broken =
            from document in Documents
            from Match link in Link().Matches(Repository.Read(document))
            let target = link.Groups["target"].Value
            where !target.Contains(':') && !Leads(document, target)
            select $"{document}: {target}";
        broken.ShouldBeEmpty();
    }

    private static bool Leads(string document, string target)
    {
        var parts = target.Split('#', 2);
        var file = parts[0].Length == 0 ? document : Path.Combine(Path.GetDirectoryName(document)!, parts[0]);
        var path = Repository.Path(file);
        return Path.Exists(path)
            && (parts.Length == 1 || Heading().Matches(File.ReadAllText(path)).Any(heading => Anchor(heading) == parts[1]));
    }

    // As GitHub makes them: lower case, spaces become hyphens, other punctuation is dropped.
    private static string Anchor(Match heading) =>
        NotInAnchor().Replace(heading.Groups["title"].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-');

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("^#+ (?<title>.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\p{L}\p{N}\- _]")]
    private static partial Regex NotInAnchor();
}
