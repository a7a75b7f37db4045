using System.Text.Json;
using Contracts;
using Hosting.Text;
using Web.Editors.Documents;
using Web.Editors.Pages;
using Web.Pages;
using Web.Parts;
using Web.Services;

namespace Web.Editors;

/// <summary>The lists at the desk: tools, comparisons, the panel.</summary>
internal static class DraftList
{
    public static Task<IResult> ShowAsync(
        string kind,
        string? q,
        string? state,
        HttpContext context,
        EditorClient editors,
        CatalogReader catalog
    ) => ShowAsync(kind, q ?? "", state ?? "", null, "", context, editors, catalog);

    /// <summary>"New tool" without a script: a form that only leads to the right address.</summary>
    public static Task<IResult> OpenAsync(
        HttpContext context,
        EditorClient editors,
        CatalogReader catalog,
        string kind,
        string? name,
        string? a,
        string? b
    )
    {
        if (kind == "comparisons")
        {
            return Slug.IsToolSlug(a) && Slug.IsToolSlug(b) && a != b
                ? Task.FromResult(Desk.SeeOther(context, $"/admin/comparisons/{Slug.OfComparison(a!, b!)}"))
                : ShowAsync(kind, "", "", "A comparison needs two different tools.", "", context, editors, catalog);
        }

        var (typed, slug) = (name?.Trim() ?? "", EditForm.SlugOf(name ?? ""));
        return (kind == "tools" ? Slug.IsToolSlug(slug) : kind == "reviewers" && Slug.IsValid(slug))
            ? Task.FromResult(Desk.SeeOther(context, $"/admin/{kind}/{slug}?name={Uri.EscapeDataString(typed)}"))
            : ShowAsync(
                kind,
                "",
                "",
                "This name can’t be turned into an address: it needs a letter or a digit, and no “vs” between two words or at the end.",
                typed,
                context,
                editors,
                catalog
            );
    }

    private static Task<IResult> ShowAsync(
        string kind,
        string q,
        string state,
        string? problem,
        string typed,
        HttpContext context,
        EditorClient editors,
        CatalogReader catalog
    ) =>
        kind is not ("tools" or "comparisons" or "reviewers")
            ? Task.FromResult<IResult>(Page.NotFound(context))
            : Desk.SignedInAsync(
                context,
                async token =>
                {
                    var cancellationToken = context.RequestAborted;
                    var drafts = await editors.ReadAsync("api/drafts", token, cancellationToken);
                    if (!drafts.Done)
                        return Desk.AskToSignIn(context, drafts.Status);
                    var begun = drafts.Body.Deserialize<List<DraftLine>>(JsonSerializerOptions.Web)!;
                    var written = begun.Where(draft => draft.Kind == kind).ToDictionary(draft => draft.Slug);
                    var tools = (await catalog.ToolLinesAsync(cancellationToken))
                        .OrderBy(tool => Transliteration.Fold(tool.Name), StringComparer.Ordinal)
                        .ToList();
                    var names = DraftLine.Names(tools, begun);
                    var categories = (await catalog.CategoriesAsync(cancellationToken)).ToDictionary(
                        category => category.Slug,
                        category => category.Name
                    );
                    // A comparison may be begun before its tool is out.
                    var toCompare = tools
                        .Where(tool => !tool.Retired)
                        .Concat(
                            begun
                                .Where(draft => draft is { Kind: "tools", New: true })
                                .Select(draft => new ToolLine(draft.Slug, $"{draft.Name ?? draft.Slug} (draft)", "", false))
                        )
                        .OrderBy(tool => Transliteration.Fold(tool.Name), StringComparer.Ordinal)
                        .ToList();
                    IEnumerable<DraftListLine> lines = kind switch
                    {
                        "tools" => tools.Select(tool => new DraftListLine(
                            tool.Slug,
                            tool.Name,
                            categories.GetValueOrDefault(tool.Category, tool.Category),
                            written.ContainsKey(tool.Slug) ? "Draft"
                                : tool.Retired ? "Retired"
                                : ""
                        )),
                        "comparisons" => (await catalog.AllComparisonsAsync(cancellationToken)).Select(pair => new DraftListLine(
                            pair.Slug,
                            pair.Title,
                            Wording.Day(pair.PublishedAt),
                            written.ContainsKey(pair.Slug) ? "Draft" : ""
                        )),
                        _ => (await catalog.ReviewersAsync(cancellationToken)).Select(reviewer => new DraftListLine(
                            reviewer.Slug,
                            reviewer.Name,
                            reviewer.Role,
                            ""
                        )),
                    };
                    var all = lines.ToList();
                    all.InsertRange(
                        0,
                        written
                            .Values.Where(draft => all.All(line => line.Slug != draft.Slug))
                            .Select(draft => new DraftListLine(
                                draft.Slug,
                                kind == "comparisons" ? EditForm.TitleOf(draft.Slug, names) : draft.Name ?? draft.Slug,
                                "",
                                "New draft"
                            ))
                            .ToList()
                    );
                    var sought = Transliteration.Fold(q.Trim());
                    var shown = all.Where(line =>
                            (
                                Transliteration.Fold(line.Name).Contains(sought, StringComparison.Ordinal)
                                || line.Slug.Contains(sought, StringComparison.Ordinal)
                            )
                            && state switch
                            {
                                "draft" => line.State.EndsWith("raft", StringComparison.Ordinal),
                                "retired" => line.State == "Retired",
                                _ => true,
                            }
                        )
                        .ToList();
                    var title = kind switch
                    {
                        "tools" => "Tools",
                        "comparisons" => "Comparisons",
                        _ => "The panel",
                    };
                    return Page.Of<DraftListPage, DraftListModel>(
                        Desk.Head(context, title),
                        new(kind, q, state, shown, all.Count, problem, typed, toCompare),
                        problem is null ? 200 : 400
                    );
                }
            );
}
