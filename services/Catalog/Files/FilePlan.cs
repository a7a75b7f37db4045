using Catalog.Editing;
using Catalog.Store;
using Contracts;

namespace Catalog.Files;

/// <summary>
/// What a file would change, worked out before anything is written: first everything is compared and checked, then all of it happens.
/// </summary>
internal sealed class FilePlan
{
    private readonly List<Category> _categories = [];
    private readonly List<(Reviewer? Before, Reviewer After)> _reviewers = [];
    private readonly List<ToolDocument> _tools = [];
    private readonly List<ComparisonRow> _comparisons = [];
    private readonly List<FileChange> _changes = [];
    private Dictionary<string, Category> _knownCategories = [];
    private List<Reviewer> _panel = [];

    private FilePlan() { }

    public IReadOnlyList<FileChange> Changes => _changes;

    public int Unchanged { get; private set; }

    public static async Task<FilePlan> ReadAsync(EditErrors check, CatalogFile file, CatalogReader catalog, DateTime now)
    {
        var plan = new FilePlan
        {
            _knownCategories = (await catalog.AllCategoriesAsync()).ToDictionary(category => category.Slug),
            _panel = [.. (await catalog.ReviewersAsync()).Select(row => row.Reviewer())],
        };
        plan.Categories(check, file.Categories ?? []);
        plan.Reviewers(check, file.Reviewers ?? []);
        plan.Tools(check, file.Tools ?? [], (await catalog.AllToolsAsync()).ToDictionary(tool => tool.Slug), now, out var known);
        plan.Comparisons(check, file.Comparisons ?? [], (await catalog.AllComparisonsAsync()).ToDictionary(row => row.Slug), known, now);
        return plan;
    }

    public async Task CarryOutAsync(CatalogWriter catalog, Edit edit)
    {
        var now = edit.Now;
        foreach (var category in _categories)
        {
            await catalog.SaveCategoryAsync(category);
            await edit.RecordAsync(catalog, now, "category", category.Slug, null, category);
        }

        foreach (var (before, after) in _reviewers)
            await PutReviewer.SaveAsync(catalog, edit, before, after);
        foreach (var document in _tools)
        {
            // Read again: a reviewer's new name may just have made it another version.
            var present = await catalog.ToolAsync(document.Slug!);
            var tool = document.Whole(new EditErrors(), document.Slug!, present, _knownCategories[document.Category!.Slug!], _panel, now);
            await WholeTool.SaveAsync(catalog, present, tool);
            await edit.RecordAsync(catalog, now, "tool", tool.Slug, present, tool);
        }

        foreach (var row in _comparisons)
        {
            var present = await catalog.ComparisonAsync(row.Slug);
            await catalog.SaveComparisonAsync(row);
            await edit.RecordAsync(catalog, now, "comparison", row.Slug, present is { Removed: 0 } ? present : null, row);
        }
    }

    private void Categories(EditErrors check, IReadOnlyList<CategoryEdit?> sent) =>
        Each(
            check,
            "categories",
            sent,
            category => Valid(category.Slug),
            (part, slug, category) =>
            {
                var name = part.Text("name", category.Name, Limits.CategoryName);
                var present = _knownCategories.GetValueOrDefault(slug);
                if (present is not null && present.Name != name)
                    part.Fail("name", $"is not the name of this category, which is {present.Name}");
                var next = new Category(slug, name);
                if (Differs(FileChange.Between("category", slug, present, next)))
                    _categories.Add(next);
                _knownCategories[slug] = next;
            }
        );

    private void Reviewers(EditErrors check, IReadOnlyList<ReviewerDocument?> sent) =>
        Each(
            check,
            "reviewers",
            sent,
            reviewer => Valid(reviewer.Slug),
            (part, slug, reviewer) =>
            {
                var next = PutReviewer.Reviewer(part, slug, reviewer.Name, reviewer.Role);
                var place = _panel.FindIndex(known => known.Slug == slug);
                if (Differs(FileChange.Between("reviewer", slug, place < 0 ? null : _panel[place], next)))
                    _reviewers.Add((place < 0 ? null : _panel[place], next));
                if (place < 0)
                    _panel.Add(next);
                else
                    _panel[place] = next;
            }
        );

    private void Tools(
        EditErrors check,
        IReadOnlyList<ToolDocument?> sent,
        Dictionary<string, Tool> present,
        DateTime now,
        out HashSet<string> known
    )
    {
        var all = known = [.. present.Keys];
        Each(
            check,
            "tools",
            sent,
            tool => Slug.IsToolSlug(tool.Slug) ? tool.Slug : null,
            (part, slug, document) =>
            {
                all.Add(slug);
                var category = document.Category?.Slug is { } wanted ? _knownCategories.GetValueOrDefault(wanted) : null;
                var before = present.GetValueOrDefault(slug);
                var next = document.Whole(part, slug, before, category, _panel, now);
                if (!part.Passed)
                    return;
                // A tool may bring its own category, as in an edit of one.
                _knownCategories.TryAdd(next.Category.Slug, next.Category);
                if (Differs(FileChange.Between("tool", slug, before is null ? null : ToolDocument.Of(before), ToolDocument.Of(next))))
                    _tools.Add(document);
            }
        );
    }

    private void Comparisons(
        EditErrors check,
        IReadOnlyList<ComparisonDocument?> sent,
        Dictionary<string, ComparisonRow> present,
        HashSet<string> known,
        DateTime now
    ) =>
        Each(
            check,
            "comparisons",
            sent,
            pair => Slug.IsToolSlug(pair.A) && Slug.IsToolSlug(pair.B) && pair.A != pair.B ? Slug.OfComparison(pair.A!, pair.B!) : null,
            (part, slug, document) =>
            {
                var (a, b) = Slug.Split(slug)!.Value;
                foreach (var (field, tool) in (IEnumerable<(string, string)>)[("a", document.A!), ("b", document.B!)])
                    if (!known.Contains(tool))
                        part.Fail(field, $"names a tool that neither the catalog nor the file has: {tool}");
                var former = present.GetValueOrDefault(slug);
                var next = document.Row(part, slug, a, b, former, now);
                var shown = former is { Removed: 0 } ? ComparisonDocument.Of(former) : null;
                if (part.Passed && Differs(FileChange.Between("comparison", slug, shown, ComparisonDocument.Of(next))))
                    _comparisons.Add(next);
            }
        );

    private bool Differs(FileChange? change)
    {
        if (change is null)
            Unchanged++;
        else
            _changes.Add(change);
        return change is not null;
    }

    private static string? Valid(string? slug) => Slug.IsValid(slug) ? slug : null;

    private static void Each<T>(
        EditErrors check,
        string list,
        IReadOnlyList<T?> sent,
        Func<T, string?> slugOf,
        Action<EditErrors, string, T> take
    )
        where T : class
    {
        var seen = new HashSet<string>();
        foreach (var (position, entry) in sent.Index())
        {
            var place = $"{list}[{position}]";
            if (entry is null || slugOf(entry) is not { } slug)
                check.Fail(
                    place,
                    list == "comparisons" ? "does not name two different tools by their slugs, as a and b"
                        : list == "tools" ? $"has no slug by the grammar, or one that ends in {Slug.VersusAtEnd}"
                        : "has no slug, or none by the grammar"
                );
            else if (!seen.Add(slug))
                check.Fail(place, $"is in the file twice: {slug}");
            else
            {
                var part = new EditErrors();
                take(part, slug, entry);
                // People look for the name, not for the place in a long file.
                check.Fail($"{list}.{slug}", part);
            }
        }
    }
}
