using System.Text.Json.Nodes;
using Contracts;
using Hosting.Text;
using Web.Services;

namespace Web.Editors.Documents;

/// <summary>What editors can edit: the fields of each kind, and where it lives in Catalog's API and on this site.</summary>
/// <param name="Name">tools, comparisons or reviewers, as in addresses.</param>
/// <param name="Title">What it is called.</param>
/// <param name="Public">Where readers see it; null when they don't by itself.</param>
/// <param name="Drafted">Whether it can wait as a draft; a reviewer's name can't.</param>
public sealed record EditForm(string Name, string Slug, string Title, string? Public, IReadOnlyList<Field> Fields, bool Drafted = true)
{
    private const int SparePlans = 2;
    private const string NewCategory = "newCategory";
    private static readonly IReadOnlyList<(string, string)> Periods =
    [
        ("", "once, or free"),
        ("month", "a month"),
        ("year", "a year"),
        ("use", "a use"),
    ];
    private static readonly IReadOnlyList<(string, string)> Verdicts = [("", "has not reviewed it"), ("ship", "Ship"), ("skip", "Skip")];

    public string Path => $"api/{Name}/{Slug}";

    public string DraftPath => $"api/drafts/{Name}/{Slug}";

    public string Form => $"/admin/{Name}/{Slug}";

    /// <summary>The word the history uses.</summary>
    public string Word => Name[..^1];

    /// <param name="tools">Names of tools by slug.</param>
    /// <param name="documents">What the form has to have room for.</param>
    /// <returns>Null when there can be no such thing.</returns>
    public static EditForm? Of(
        string name,
        string slug,
        IReadOnlyList<Category> categories,
        IReadOnlyList<Reviewer> panel,
        IReadOnlyDictionary<string, string> tools,
        params JsonObject?[] documents
    ) =>
        name switch
        {
            "tools" when Contracts.Slug.IsToolSlug(slug) => Tool(
                slug,
                documents.Select(document => document?["name"]?.ToString()).FirstOrDefault(name => !string.IsNullOrWhiteSpace(name))
                    ?? slug,
                categories,
                panel,
                documents.Max(document => (document?["plans"] as JsonArray)?.Count ?? 0)
            ),
            "comparisons" when Contracts.Slug.Split(slug) is var (a, b) && Contracts.Slug.OfComparison(a, b) == slug => Comparison(
                slug,
                TitleOf(slug, tools)
            ),
            "reviewers" when Contracts.Slug.IsValid(slug) => Reviewer(
                slug,
                panel.FirstOrDefault(reviewer => reviewer.Slug == slug)?.Name ?? slug
            ),
            _ => null,
        };

    /// <summary>A comparison's name, made of its tools' as far as they are known.</summary>
    public static string TitleOf(string pair, IReadOnlyDictionary<string, string> tools) =>
        Contracts.Slug.Split(pair) is var (a, b) ? $"{tools.GetValueOrDefault(a, a)} vs {tools.GetValueOrDefault(b, b)}" : pair;

    /// <summary>The document that a form says. Rows left empty are no plans, and a reviewer without a word has not reviewed.</summary>
    /// <param name="unlisted">What the document says beyond the form's fields (<see cref="Unlisted"/>).</param>
    public JsonObject Document(Func<string, string> typed, JsonObject unlisted)
    {
        var document = (JsonObject)unlisted.DeepClone();
        foreach (var field in Fields)
            field.Write(document, typed(field.Path));
        if (document["plans"] is JsonArray plans)
            foreach (var empty in plans.Where((_, place) => Empty($"plans[{place}].", document)).ToList())
                plans.Remove(empty);
        if (document["reviews"] is JsonObject reviews)
            foreach (var silent in reviews.Select(review => review.Key).Where(reviewer => Empty($"reviews.{reviewer}.", document)).ToList())
                reviews.Remove(silent);
        if (document.Remove(NewCategory, out var brought) && brought is not null)
            document["category"] = new JsonObject { ["slug"] = SlugOf(brought.ToString()), ["name"] = brought.DeepClone() };
        return document;
    }

    /// <summary>What the form shows in a field.</summary>
    public static string Read(Field field, JsonObject? document) =>
        field.Path == NewCategory ? (document?["category"] as JsonObject)?["name"]?.ToString() ?? "" : field.Read(document);

    /// <summary>Whether what Catalog says of <paramref name="path"/> belongs beside the field.</summary>
    public bool Concerns(Field field, string path, JsonObject document) =>
        path.StartsWith("category.", StringComparison.Ordinal)
            ? field.Path == (document["category"] is JsonObject ? NewCategory : "category")
            : field.Path == path || Fields.All(other => other.Path != path) && field.Path.StartsWith(path + '.', StringComparison.Ordinal);

    /// <summary>An address made of a name: "GPT-5 (mini)" is gpt-5-mini, "Jürgen" is jurgen.</summary>
    public static string SlugOf(string name)
    {
        var letters = new string([.. Transliteration.Fold(name).Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')]);
        var slug = string.Join('-', letters.Split('-', StringSplitOptions.RemoveEmptyEntries));
        return slug.Length <= Contracts.Slug.MaxLength ? slug : slug[..Contracts.Slug.MaxLength].TrimEnd('-');
    }

    // A row without a field in the form is nobody's to empty.
    private bool Empty(string row, JsonObject document) =>
        Fields.Where(field => field.Path.StartsWith(row, StringComparison.Ordinal)).ToList() is { Count: > 0 } cells
        && cells.All(cell => cell.Read(document).Length == 0);

    private static EditForm Tool(string slug, string name, IReadOnlyList<Category> categories, IReadOnlyList<Reviewer> panel, int plans) =>
        new(
            "tools",
            slug,
            name,
            $"/tools/{slug}",
            [
                new("name", "Name", FieldKind.Line, "What it is", Longest: Limits.Name, Required: true),
                new(
                    "tagline",
                    "Tagline",
                    FieldKind.Line,
                    "What it is",
                    $"One line under the name, at most {Limits.Tagline} characters.",
                    Limits.Tagline,
                    Required: true
                ),
                new("maker", "Maker", FieldKind.Line, "What it is", "The company or the people behind it.", Limits.Maker, Required: true),
                new(
                    "category",
                    "Category",
                    FieldKind.Choice,
                    "What it is",
                    "Required, unless you name a new one below.",
                    Choices: [("", "Choose one"), .. categories.Select(category => (category.Slug, category.Name))]
                ),
                new(
                    NewCategory,
                    "Or a new category’s name",
                    FieldKind.Line,
                    "What it is",
                    "Leave it empty to use the one chosen above.",
                    Limits.CategoryName
                ),
                new(
                    "description",
                    "Description",
                    FieldKind.Text,
                    "What it is",
                    "What it does and for whom, in a few sentences.",
                    Limits.Description,
                    Required: true
                ),
                new(
                    "website",
                    "Website",
                    FieldKind.Line,
                    "What it is",
                    "The full address, starting with https://",
                    Limits.Website,
                    Required: true
                ),
                new(
                    "entryPrice.label",
                    "Entry price, as readers see it",
                    FieldKind.Line,
                    "Prices",
                    "Such as: Free, or: $20 a month.",
                    Limits.PriceLabel,
                    Required: true
                ),
                new(
                    "entryPrice.amount",
                    "Entry price, amount",
                    FieldKind.Number,
                    "Prices",
                    "A number with a point for decimals; 0 when it is free.",
                    Required: true
                ),
                new(
                    "entryPrice.currency",
                    "Entry price, currency",
                    FieldKind.Line,
                    "Prices",
                    "Three capital letters, such as USD.",
                    3,
                    Required: true
                ),
                new("entryPrice.period", "Entry price, for", FieldKind.Choice, "Prices", Choices: Periods),
                new("pricing", "How its pricing works", FieldKind.Text, "Prices", "In a sentence or two.", Limits.Pricing, Required: true),
                .. Enumerable.Range(0, Math.Min(plans + SparePlans, Limits.Plans)).SelectMany(place => Plan(place, place >= plans)),
                .. panel.SelectMany(ReviewBy),
            ]
        );

    private static IEnumerable<Field> Plan(int place, bool spare) =>
        [
            new(
                $"plans[{place}].name",
                "Name",
                FieldKind.Line,
                $"Plan {place + 1}",
                spare ? "Empty rows are ignored. A plan needs a name, an amount and a currency." : null,
                Limits.PlanName
            ),
            new($"plans[{place}].amount", "Amount", FieldKind.Number, $"Plan {place + 1}"),
            new($"plans[{place}].currency", "Currency", FieldKind.Line, $"Plan {place + 1}", Longest: 3),
            new($"plans[{place}].period", "For", FieldKind.Choice, $"Plan {place + 1}", Choices: Periods),
            new($"plans[{place}].note", "Note", FieldKind.Line, $"Plan {place + 1}", Longest: Limits.PlanNote),
        ];

    private static IEnumerable<Field> ReviewBy(Reviewer reviewer) =>
        [
            new($"reviews.{reviewer.Slug}.verdict", "Verdict", FieldKind.Choice, reviewer.Name, Choices: Verdicts),
            new(
                $"reviews.{reviewer.Slug}.quote",
                "Opinion",
                FieldKind.Text,
                reviewer.Name,
                FormattableString.Invariant($"In the reviewer’s own words, at most {Limits.Quote:N0} characters. Required with a verdict."),
                Limits.Quote
            ),
        ];

    private static EditForm Comparison(string slug, string title) =>
        new(
            "comparisons",
            slug,
            title,
            $"/compare/{slug}",
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

    private static EditForm Reviewer(string slug, string name) =>
        new(
            "reviewers",
            slug,
            name,
            null,
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
            ],
            Drafted: false
        );
}
