using System.Text.Json.Nodes;
using Contracts;
using Web.Parts;
using Web.Services;

namespace Web.Editors.Documents;

/// <summary>What editors write about two tools side by side.</summary>
internal sealed class ComparisonKind : DocumentKind
{
    public override string Name => "comparisons";

    public override string Title => "Comparisons";

    public override bool IsRemovable => true;

    public override bool PicksTools => true;

    public override string NewHint =>
        "One that is still a draft has to be published first; until then the comparison can be written and previewed.";

    public override string NoSlug => "A comparison needs two different tools.";

    public override bool IsSlug(string slug) => Slug.Split(slug) is var (a, b) && Slug.OfComparison(a, b) == slug;

    public override string? SlugOf(string name, string? a, string? b) =>
        Slug.IsToolSlug(a) && Slug.IsToolSlug(b) && a != b ? Slug.OfComparison(a!, b!) : null;

    public override string PublicPath(string slug) => $"/compare/{slug}";

    public override IReadOnlyList<string> ToolsOf(string slug) => Slug.Split(slug) is var (a, b) ? [a, b] : [];

    public override string TitleOf(DraftLine draft, IReadOnlyDictionary<string, string> tools) => TitleOf(draft.Slug, tools);

    internal override async Task<IReadOnlyList<ListedDocument>> ListAsync(CatalogReader catalog, CancellationToken cancellationToken) =>
        [
            .. (await catalog.AllComparisonsAsync(cancellationToken)).Select(pair => new ListedDocument(
                pair.Slug,
                pair.Title,
                Wording.Day(pair.PublishedAt)
            )),
        ];

    public override EditForm FormOf(string slug, FormChoices choices, params IReadOnlyList<JsonObject?> documents) =>
        new(
            this,
            slug,
            TitleOf(slug, choices.Tools),
            [
                new(
                    "summary",
                    "Summary",
                    FieldKind.Text,
                    "",
                    "What sets the two apart, and who should take which.",
                    Limits.ComparisonText,
                    Required: true
                ),
                new(
                    "pricing",
                    "A read of the prices",
                    FieldKind.Text,
                    "",
                    "What each costs in practice.",
                    Limits.ComparisonText,
                    Required: true
                ),
            ]
        );

    // Made of its tools' names as far as they are known.
    private static string TitleOf(string pair, IReadOnlyDictionary<string, string> tools) =>
        Slug.Split(pair) is var (a, b) ? $"{tools.GetValueOrDefault(a, a)} vs {tools.GetValueOrDefault(b, b)}" : pair;
}
