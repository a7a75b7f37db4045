using System.Text.Json.Nodes;
using Contracts;
using Web.Services;

namespace Web.Editors.Documents;

/// <summary>A reviewer of the panel. What they say of a tool is in the tool's form.</summary>
internal sealed class ReviewerKind : DocumentKind
{
    public override string Name => "reviewers";

    public override string Title => "The panel";

    public override bool IsDrafted => false;

    public override string NewHint => "Reviews are written in the form of their tool.";

    public override bool IsSlug(string slug) => Slug.IsValid(slug);

    public override string? PublicPath(string slug) => null;

    internal override async Task<IReadOnlyList<ListedDocument>> ListAsync(CatalogReader catalog, CancellationToken cancellationToken) =>
        [
            .. (await catalog.ReviewersAsync(cancellationToken)).Select(reviewer => new ListedDocument(
                reviewer.Slug,
                reviewer.Name,
                reviewer.Role
            )),
        ];

    public override EditForm FormOf(string slug, FormChoices choices, params IReadOnlyList<JsonObject?> documents) =>
        new(
            this,
            slug,
            choices.Panel.FirstOrDefault(reviewer => reviewer.Slug == slug)?.Name ?? slug,
            [
                new("name", "Name", FieldKind.Line, "", "Such as: The Builder.", Limits.Name, Required: true),
                new(
                    "role",
                    "Looks at tools as someone who…",
                    FieldKind.Line,
                    "",
                    "Follows the name, such as: has to build on it.",
                    Limits.ReviewerRole,
                    Required: true
                ),
            ]
        );
}
