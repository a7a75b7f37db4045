using Web.Editors.Documents;
using Web.Editors.Pages;
using Web.Pages;
using Web.Services;

namespace Web.Editors;

/// <summary>The desk's first page: the drafts, and the latest edits.</summary>
internal static class DeskHome
{
    private const int Latest = 10;

    public static Task<IResult> ShowAsync(HttpContext context, EditorClient editors, CatalogReader catalog) =>
        SignIn.RequiredAsync(
            context,
            async token =>
            {
                var cancellationToken = context.RequestAborted;
                var (edits, status) = await editors.EditsAsync(token, "", cancellationToken);
                if (edits is null)
                    return SignIn.AskAgain(context, status);
                var drafts = (await editors.DraftsAsync(token, cancellationToken)).Drafts ?? [];
                var (tools, comparisons) = (
                    await catalog.ToolLinesAsync(cancellationToken),
                    await catalog.ComparisonsAsync(null, null, 1, cancellationToken)
                );
                var names = ToolNames.Of(tools, drafts);
                return Page.Of<DeskPage, DeskModel>(
                    Desk.Head(context, "Editors’ desk"),
                    new(
                        [.. drafts.Select(draft => draft with { Name = DocumentKind.Named(draft.Kind)?.TitleOf(draft, names) })],
                        [.. edits.Edits.Take(Latest)],
                        tools.Count,
                        comparisons.Total
                    )
                );
            }
        );
}
