using System.Text.Json.Nodes;
using Contracts;
using Hosting.Text;
using Web.Services;

namespace Web.Editors.Documents;

/// <summary>A tool, with its prices and what each reviewer says of it.</summary>
internal sealed class ToolKind : DocumentKind
{
    private const int SparePlans = 2;
    private static readonly IReadOnlyList<(string, string)> Periods =
    [
        ("", "once, or free"),
        ("month", "a month"),
        ("year", "a year"),
        ("use", "a use"),
    ];
    private static readonly IReadOnlyList<(string, string)> Verdicts = [("", "has not reviewed it"), ("ship", "Ship"), ("skip", "Skip")];

    public override string Name => "tools";

    public override string Title => "Tools";

    public override bool IsRetirable => true;

    public override string NewHint => "Its address is made of it, and stays: “GPT-5 mini” is at /tools/gpt-5-mini.";

    public override bool IsSlug(string slug) => Slug.IsToolSlug(slug);

    public override string PublicPath(string slug) => $"/tools/{slug}";

    internal override async Task<IReadOnlyList<ListedDocument>> ListAsync(CatalogReader catalog, CancellationToken cancellationToken)
    {
        var tools = await catalog.ToolLinesAsync(cancellationToken);
        var categories = (await catalog.CategoriesAsync(cancellationToken)).ToDictionary(
            category => category.Slug,
            category => category.Name
        );
        return
        [
            .. tools
                .OrderBy(tool => Transliteration.Fold(tool.Name), StringComparer.Ordinal)
                .Select(tool => new ListedDocument(
                    tool.Slug,
                    tool.Name,
                    categories.GetValueOrDefault(tool.Category, tool.Category),
                    tool.Retired
                )),
        ];
    }

    public override EditForm FormOf(string slug, FormChoices choices, params IReadOnlyList<JsonObject?> documents)
    {
        var plans = documents.Max(document => (document?["plans"] as JsonArray)?.Count ?? 0);
        return new(
            this,
            slug,
            documents.Select(document => document?["name"]?.ToString()).FirstOrDefault(name => !string.IsNullOrWhiteSpace(name)) ?? slug,
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
                    Choices: [("", "Choose one"), .. choices.Categories.Select(category => (category.Slug, category.Name))]
                ),
                new(
                    EditForm.NewCategory,
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
                .. choices.Panel.SelectMany(ReviewBy),
            ]
        );
    }

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
}
