using System.Globalization;
using Web.Editors.Pages;
using Web.Pages;
using Web.Services;

namespace Web.Editors;

/// <summary>What was edited, newest first: everything, or one document.</summary>
internal static class EditHistory
{
    public static Task<IResult> ShowAsync(HttpContext context, EditorClient editors, long? before, string? slug) =>
        SignIn.RequiredAsync(
            context,
            async token =>
            {
                var query = QueryString.Create(
                    new Dictionary<string, string?> { ["before"] = before?.ToString(CultureInfo.InvariantCulture), ["slug"] = slug }.Where(
                        part => !string.IsNullOrEmpty(part.Value)
                    )
                );
                var (edits, status) = await editors.EditsAsync(token, query.ToString(), context.RequestAborted);
                return edits is null
                    ? SignIn.AskAgain(context, status)
                    : Page.Of<HistoryPage, HistoryModel>(
                        Desk.Head(context, "What was edited"),
                        new HistoryModel(edits.Edits, edits.Next, string.IsNullOrEmpty(slug) ? null : slug)
                    );
            }
        );
}
