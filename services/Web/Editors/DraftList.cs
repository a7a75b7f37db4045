using Hosting.Text;
using Web.Editors.Documents;
using Web.Editors.Pages;
using Web.Pages;
using Web.Services;

namespace Web.Editors;

/// <summary>The lists at the desk: tools, comparisons, the panel.</summary>
internal static class DraftList
{
    private const string Draft = "Draft",
        NewDraft = "New draft",
        Retired = "Retired";

    public static Task<IResult> ShowAsync(
        string kind,
        string? q,
        string? state,
        HttpContext context,
        EditorClient editors,
        CatalogReader catalog
    ) =>
        DocumentKind.Named(kind) is { } known
            ? ShowAsync(known, q ?? "", state ?? "", null, "", context, editors, catalog)
            : Task.FromResult<IResult>(Page.NotFound(context));

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
        if (DocumentKind.Named(kind) is not { } known)
            return Task.FromResult<IResult>(Page.NotFound(context));
        var typed = known.PicksTools ? "" : name?.Trim() ?? "";
        if (known.SlugOf(typed, a, b) is not { } slug)
            return ShowAsync(known, "", "", known.NoSlug, typed, context, editors, catalog);
        var named = known.PicksTools ? "" : $"?name={Uri.EscapeDataString(typed)}";
        return Task.FromResult<IResult>(Page.SeeOther(context, $"/admin/{kind}/{slug}{named}"));
    }

    private static Task<IResult> ShowAsync(
        DocumentKind kind,
        string q,
        string state,
        string? problem,
        string typed,
        HttpContext context,
        EditorClient editors,
        CatalogReader catalog
    ) =>
        SignIn.RequiredAsync(
            context,
            async token =>
            {
                var cancellationToken = context.RequestAborted;
                var (drafts, status) = await editors.DraftsAsync(token, cancellationToken);
                if (drafts is null)
                    return SignIn.AskAgain(context, status);
                var tools = await catalog.ToolLinesAsync(cancellationToken);
                var all = Lines(
                    await kind.ListAsync(catalog, cancellationToken),
                    [.. drafts.Where(draft => draft.Kind == kind.Name)],
                    draft => kind.TitleOf(draft, ToolNames.Of(tools, drafts))
                );
                return Page.Of<DraftListPage, DraftListModel>(
                    Desk.Head(context, kind.Title),
                    new(
                        kind,
                        q,
                        state,
                        [.. all.Where(line => IsNamed(line, q) && IsIn(line, state))],
                        all.Count,
                        problem,
                        typed,
                        ToCompare(tools, drafts)
                    ),
                    problem is null ? 200 : 400
                );
            }
        );

    // What readers don't see yet comes first.
    private static List<DraftListLine> Lines(
        IReadOnlyList<ListedDocument> listed,
        IReadOnlyList<DraftLine> drafts,
        Func<DraftLine, string> titleOf
    ) =>
        [
            .. drafts
                .Where(draft => listed.All(document => document.Slug != draft.Slug))
                .Select(draft => new DraftListLine(draft.Slug, titleOf(draft), "", NewDraft)),
            .. listed.Select(document => new DraftListLine(
                document.Slug,
                document.Name,
                document.Beside,
                drafts.Any(draft => draft.Slug == document.Slug) ? Draft
                    : document.Retired ? Retired
                    : ""
            )),
        ];

    // A comparison may be begun before its tool is out.
    private static List<ToolLine> ToCompare(IReadOnlyList<ToolLine> tools, IReadOnlyList<DraftLine> drafts) =>
        [
            .. tools
                .Where(tool => !tool.Retired)
                .Concat(
                    drafts
                        .Where(ToolNames.IsNewTool)
                        .Select(draft => new ToolLine(draft.Slug, $"{draft.Name ?? draft.Slug} (draft)", "", false))
                )
                .OrderBy(tool => Transliteration.Fold(tool.Name), StringComparer.Ordinal),
        ];

    private static bool IsNamed(DraftListLine line, string sought) =>
        Transliteration.Fold(sought.Trim()) is var folded
        && (
            Transliteration.Fold(line.Name).Contains(folded, StringComparison.Ordinal)
            || line.Slug.Contains(folded, StringComparison.Ordinal)
        );

    private static bool IsIn(DraftListLine line, string state) =>
        state switch
        {
            "draft" => line.State is Draft or NewDraft,
            "retired" => line.State is Retired,
            _ => true,
        };
}
