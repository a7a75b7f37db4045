using System.Text.Json.Nodes;
using Web.Editors.Documents;
using Web.Pages;

namespace Web.Editors;

/// <summary><c>GET /admin/{kind}/{slug}</c>: the form, with the draft or with what stands.</summary>
internal static class ShowForm
{
    public static Task<IResult> HandleAsync(string kind, string slug, HttpContext context, DraftReader drafts) =>
        SignIn.RequiredAsync(
            context,
            async token =>
            {
                if (DocumentKind.Named(kind) is not { } known || !known.IsSlug(slug))
                    return Page.NotFound(context, "form");
                var draft = await drafts.OpenAsync(known, slug, token, context.RequestAborted);
                return draft.Refused is { } status
                    ? SignIn.AskAgain(context, status)
                    : FormPage.Show(context, draft, draft.Document ?? New(context));
            }
        );

    // A new tool's form begins with the name it was asked for by.
    private static JsonObject New(HttpContext context) =>
        context.Request.Query["name"].ToString() is { Length: > 0 } name ? new JsonObject { ["name"] = name } : [];
}
