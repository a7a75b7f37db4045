using System.Text.Json;
using System.Text.Json.Nodes;
using Catalog.Editing;
using Catalog.Files;
using Catalog.Reading;
using Catalog.Store;
using Contracts;
using Hosting.Text;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace Catalog.Drafts;

/// <summary>
/// What differs between drafts of a tool and of a comparison: what stands now, how it would look, and how it is published.
/// </summary>
internal sealed class DraftOf(IOptions<JsonOptions> json)
{
    private const int MostFaults = 50;
    private const string Dash = "—";

    private JsonSerializerOptions Json => json.Value.SerializerOptions;

    /// <returns>The kind's one word in the history and the database; null when there can be no such draft.</returns>
    public static string? KindOf(string kind, string slug) =>
        kind switch
        {
            "tools" when Slug.IsToolSlug(slug) => "tool",
            "comparisons" when Slug.Split(slug) is var (a, b) && Slug.OfComparison(a, b) == slug => "comparison",
            _ => null,
        };

    /// <returns>Version and document of what readers see; 0 and null when they see none.</returns>
    public async Task<(long Version, JsonElement? Document)> PresentAsync(CatalogReader catalog, string kind, string slug)
    {
        if (kind == "tool")
            return await catalog.ToolAsync(slug) is { } tool
                ? (tool.Version, JsonSerializer.SerializeToElement(ToolDocument.Of(tool), Json))
                : (0, null);
        return await catalog.ComparisonAsync(slug) is { Removed: 0 } row
            ? (row.Version, JsonSerializer.SerializeToElement(ComparisonDocument.Of(row), Json))
            : (0, null);
    }

    /// <summary>
    /// The tool or comparison that readers would see, with a dash for what it lacks; what is wrong with it is in <paramref name="check"/>.
    /// </summary>
    /// <returns>Null when there is nothing to look at.</returns>
    public async Task<object?> ComposeAsync(
        EditErrors check,
        CatalogReader catalog,
        string kind,
        string slug,
        JsonElement document,
        DateTime now
    ) =>
        kind == "tool" ? Dashed(await ToolAsync(check, catalog, slug, document, await catalog.ToolAsync(slug), now))
        : await PairAsync(check, catalog, slug, document, now, drafted: true) is var (row, a, b)
            ? ReadComparisons.Compose(row, Dashed(a)!, Dashed(b)!)
        : null;

    /// <summary>Publishes: the tool or comparison as readers see it since, or null, with the reasons in <paramref name="check"/>.</summary>
    public async Task<object?> PublishAsync(
        EditErrors check,
        CatalogWriter catalog,
        Edit edit,
        string kind,
        string slug,
        JsonElement document
    )
    {
        var now = edit.Now;
        if (kind == "comparison")
        {
            if (await PairAsync(check, catalog, slug, document, now, drafted: false) is not var (row, a, b) || !check.Passed)
                return null;
            var former = await catalog.ComparisonAsync(slug);
            if (ComparisonDocument.Same(former, row))
                return ReadComparisons.Compose(former, a, b);
            await catalog.SaveComparisonAsync(row);
            await edit.RecordAsync(catalog, now, kind, slug, former is { Removed: 0 } ? former : null, row);
            return ReadComparisons.Compose(row, a, b);
        }

        var present = await catalog.ToolAsync(slug);
        var tool = await ToolAsync(check, catalog, slug, document, present, now);
        if (!check.Passed)
            return null;
        if (tool is null || present is not null && WholeTool.Same(present, tool))
            return tool is null ? null : present;
        await WholeTool.SaveAsync(catalog, present, tool);
        await edit.RecordAsync(catalog, now, kind, slug, present, tool);
        return tool;
    }

    private async Task<Tool?> ToolAsync(
        EditErrors check,
        CatalogReader catalog,
        string slug,
        JsonElement document,
        Tool? present,
        DateTime now
    )
    {
        if (Read<ToolDocument>(check, document) is not { } draft)
            return null;
        var category = draft.Category?.Slug is { } wanted && Slug.IsValid(wanted) ? await catalog.CategoryAsync(wanted) : null;
        return draft.Whole(check, slug, present, category, [.. (await catalog.ReviewersAsync()).Select(row => row.Reviewer())], now);
    }

    // To look at, a tool that is only a draft will do; to publish, both have to be there for readers.
    private async Task<(ComparisonRow Row, Tool A, Tool B)?> PairAsync(
        EditErrors check,
        CatalogReader catalog,
        string slug,
        JsonElement document,
        DateTime now,
        bool drafted
    )
    {
        var (a, b) = Slug.Split(slug)!.Value;
        var tools = (await catalog.ToolsAsync([a, b])).ToList();
        foreach (var unknown in ((string[])[a, b]).Except(tools.Select(tool => tool.Slug)).ToList())
        {
            if (
                drafted
                && await catalog.DraftAsync("tool", unknown) is { } row
                && await ToolAsync(new EditErrors(), catalog, unknown, ReadDrafts.Parse(row), null, now) is { } tool
            )
                tools.Add(tool);
            else
                check.Fail("slug", $"names a tool that readers can't see yet: {unknown}");
        }

        if (Read<ComparisonDocument>(check, document) is not { } draft)
            return null;
        var pair = draft.Row(check, slug, a, b, await catalog.ComparisonAsync(slug), now);
        return tools.Count == 2 ? (pair, tools.Single(tool => tool.Slug == a), tools.Single(tool => tool.Slug == b)) : null;
    }

    private static Tool? Dashed(Tool? tool) =>
        tool is null
            ? null
            : tool with
            {
                Name = Or(tool.Name, tool.Slug),
                Tagline = Or(tool.Tagline, Dash),
                Maker = Or(tool.Maker, Dash),
                Category = new(Or(tool.Category.Slug, "none"), Or(tool.Category.Name, Dash)),
                Description = Or(tool.Description, Dash),
                EntryPrice = tool.EntryPrice with { Label = Or(tool.EntryPrice.Label, Dash) },
                Plans = [.. tool.Plans.Select(plan => plan with { Name = Or(plan.Name, Dash) })],
            };

    private static string Or(string text, string otherwise) => text.Length == 0 ? otherwise : text;

    // A draft may hold a word where a number belongs. That is one more error to show at its field, and no reason to skip the others.
    private T? Read<T>(EditErrors check, JsonElement document)
        where T : class
    {
        var readable = JsonObject.Create(document)!;
        for (var faults = 0; ; faults++)
        {
            try
            {
                return readable.Deserialize<T>(Json);
            }
            catch (JsonException error)
            {
                var path = error.Path is { Length: > 2 } at ? at[2..] : "document";
                check.Fail(path.Cut(200), "is not of the kind that belongs here, such as a number");
                if (faults == MostFaults || !Clear(readable, path))
                    return null;
            }
        }
    }

    private static bool Clear(JsonObject document, string path)
    {
        JsonNode? node = document;
        var steps = path.Split('.', '[');
        foreach (var step in steps[..^1])
            node =
                node is JsonArray list && int.TryParse(step.TrimEnd(']'), out var place)
                    ? list.ElementAtOrDefault(place)
                    : (node as JsonObject)?[step];
        return node is JsonObject holder && holder.Remove(steps[^1]);
    }
}
