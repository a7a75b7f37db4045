using Contracts;

namespace Web.Editors;

/// <summary>What editors can edit: the fields of each kind, and where it lives in Catalog's API and on this site.</summary>
/// <param name="Path">In Catalog's API.</param>
/// <param name="Title">Of the form.</param>
/// <param name="Public">Where readers see it; null when they don't by itself.</param>
/// <param name="Removal">What taking it away is called, and what that means; null when it can't be.</param>
internal sealed record Kind(string Path, string Title, string? Public, IReadOnlyList<Field> Fields, (string Verb, string Meaning)? Removal)
{
    private static readonly IReadOnlyList<(string, string)> Periods = [("", "once, or free"), ("month", "a month"), ("year", "a year"), ("use", "a use")];

    public static Kind? Of(string kind, string slug, string? part, IReadOnlyList<Category> categories) => (kind, part) switch
    {
        ("tools", null) when Slug.IsValid(slug) => Tool(slug, categories),
        ("tools", { } reviewer) when Slug.IsValid(slug) && Slug.IsValid(reviewer) => Review(slug, reviewer),
        ("comparisons", null) when Slug.Split(slug) is var (a, b) && Slug.OfComparison(a, b) == slug => Comparison(slug),
        ("reviewers", null) when Slug.IsValid(slug) => Reviewer(slug),
        _ => null,
    };

    private static Kind Tool(string slug, IReadOnlyList<Category> categories) => new($"api/tools/{slug}", $"Tool: {slug}", $"/tools/{slug}",
    [
        new("name", "Name", FieldKind.Line), new("tagline", "Tagline", FieldKind.Line, "One line under the name, at most 160 characters."), new("maker", "Maker", FieldKind.Line),
        new("category.slug", "Category", FieldKind.Line, $"Known: {string.Join(", ", categories.Select(category => category.Slug))}."),
        new("category.name", "Name of the category", FieldKind.Line, "For a new one; leave a known one's as it is."),
        new("description", "Description", FieldKind.Text), new("website", "Website", FieldKind.Line, "Beginning with https://"), new("pricing", "How its pricing works", FieldKind.Text),
        new("entryPrice.label", "Entry price, as readers see it", FieldKind.Line, "Such as: Free, or: $20 a month."), new("entryPrice.amount", "Amount", FieldKind.Line),
        new("entryPrice.currency", "Currency", FieldKind.Line, "Three letters, such as USD."), new("entryPrice.period", "For", FieldKind.Choice, Choices: Periods),
        new("plans", "Plans", FieldKind.Plans, "One a line: name | amount | currency | month, year or use | note"),
        new("retired", "Retired: keeps its page and votes, takes no new ones", FieldKind.Switch),
    ], ("Retire", "Its page stays and says so, its votes stay in the ledger, and no new ones are taken."));

    private static Kind Review(string tool, string reviewer) => new($"api/tools/{tool}/reviews/{reviewer}", $"Review of {tool} by {reviewer}", $"/tools/{tool}",
    [
        new("verdict", "Verdict", FieldKind.Choice, Choices: [("ship", "Ship"), ("skip", "Skip")]), new("quote", "Opinion", FieldKind.Text, "In the reviewer's own words, at most 1,000 characters."),
    ], ("Delete", "The panel's percentage of this tool changes with it."));

    private static Kind Comparison(string slug) => new($"api/comparisons/{slug}", $"Comparison: {slug}", $"/compare/{slug}",
    [
        new("summary", "Summary", FieldKind.Text), new("pricing", "A read of the prices", FieldKind.Text),
    ], ("Remove", "The two tools can still be set side by side, without these words and not in the index."));

    private static Kind Reviewer(string slug) => new($"api/reviewers/{slug}", $"Reviewer: {slug}", null,
    [
        new("name", "Name", FieldKind.Line), new("role", "Looks at tools as one who…", FieldKind.Line, "Follows the name, such as: has to build on it."),
    ], null);
}
