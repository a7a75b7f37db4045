using System.Text.Json;
using System.Text.Json.Serialization;
using Contracts;

namespace Catalog.Editing;

/// <summary>
/// A tool as an editor sends it: what <c>GET</c> answered, changed. What the catalog itself keeps (panel, reviews, dates, version) may
/// stand in it and is not read; reviews have their own address. Everything has a default, so that what is missing is named with all else
/// that is wrong.
/// </summary>
internal record ToolEdit(
    string? Name = null,
    string? Tagline = null,
    string? Maker = null,
    CategoryEdit? Category = null,
    string? Description = null,
    string? Website = null,
    string? Pricing = null,
    PriceEdit? EntryPrice = null,
    IReadOnlyList<PlanEdit?>? Plans = null,
    bool? Retired = null
)
{
    /// <summary>The tool this edit makes of the present one.</summary>
    /// <param name="known">The category of that slug, if there is one.</param>
    public Tool Apply(EditErrors check, string slug, Tool? present, Category? known, DateTime now) =>
        new()
        {
            Slug = slug,
            Name = check.Text("name", Name, Limits.Name),
            Tagline = check.Text("tagline", Tagline, Limits.Tagline),
            Maker = check.Text("maker", Maker, Limits.Maker),
            Category = CategoryOf(check, known),
            Description = check.Text("description", Description, Limits.Description, lines: true),
            Website = check.Website("website", Website),
            Pricing = check.Text("pricing", Pricing, Limits.Pricing, lines: true),
            EntryPrice = PriceOf(check),
            Plans = PlansOf(check),
            Retired = Retired ?? present?.Retired ?? false,
            Panel = present?.Panel ?? new(0, 0),
            Reviews = present?.Reviews ?? [],
            PublishedAt = present?.PublishedAt ?? now,
            UpdatedAt = now,
            Version = (present?.Version ?? 0) + 1,
        };

    private Category CategoryOf(EditErrors check, Category? known)
    {
        check.SlugOf("category.slug", Category?.Slug);
        if (known is null)
            return new(Category?.Slug ?? "", check.Text("category.name", Category?.Name, Limits.CategoryName));
        if (Category?.Name is { } name && name.Trim() != known.Name)
            check.Fail("category.name", $"is not the name of this category, which is {known.Name}");
        return known;
    }

    private EntryPrice PriceOf(EditErrors check)
    {
        if (EntryPrice is not { } price)
        {
            check.Fail("entryPrice", "is missing");
            return new("", 0, "", null);
        }

        return new(
            check.Text("entryPrice.label", price.Label, Limits.PriceLabel),
            check.Amount("entryPrice.amount", price.Amount),
            check.Currency("entryPrice.currency", price.Currency),
            check.Word<Period>("entryPrice.period", price.Period)
        );
    }

    private List<Plan> PlansOf(EditErrors check)
    {
        var plans = new List<Plan>();
        if (Plans is { Count: > Limits.Plans })
            check.Fail("plans", $"are more than {Limits.Plans}");
        foreach (var (position, plan) in (Plans ?? []).Take(Limits.Plans).Index())
        {
            var field = $"plans[{position}]";
            plans.Add(
                new(
                    check.Text($"{field}.name", plan?.Name, Limits.PlanName),
                    check.Amount($"{field}.amount", plan?.Amount),
                    check.Currency($"{field}.currency", plan?.Currency),
                    check.Word<Period>($"{field}.period", plan?.Period),
                    string.IsNullOrWhiteSpace(plan?.Note) ? null : check.Text($"{field}.note", plan.Note, Limits.PlanNote)
                )
            );
            if (plans.Count(other => other.Name == plans[^1].Name) > 1)
                check.Fail($"{field}.name", "is the name of another plan of this tool");
        }

        return plans;
    }
}

/// <summary>A category by its slug alone when it is known, or with the name of a new one; also accepted as a plain string.</summary>
[JsonConverter(typeof(CategoryEditConverter))]
internal sealed record CategoryEdit(string? Slug = null, string? Name = null);

internal sealed record PriceEdit(string? Label = null, decimal? Amount = null, string? Currency = null, string? Period = null);

internal sealed record PlanEdit(
    string? Name = null,
    decimal? Amount = null,
    string? Currency = null,
    string? Period = null,
    string? Note = null
);

internal sealed class CategoryEditConverter : JsonConverter<CategoryEdit>
{
    private sealed record Fields(string? Slug = null, string? Name = null);

    public override CategoryEdit? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType is JsonTokenType.String ? new(reader.GetString(), null)
        : JsonSerializer.Deserialize<Fields>(ref reader, options) is { } fields ? new(fields.Slug, fields.Name)
        : null;

    public override void Write(Utf8JsonWriter writer, CategoryEdit value, JsonSerializerOptions options)
    {
        if (value.Name is null)
            writer.WriteStringValue(value.Slug);
        else
            JsonSerializer.Serialize(writer, new Fields(value.Slug, value.Name), options);
    }
}
