using System.Text;
using System.Text.Json;
using Web.Editors.Documents;
using Web.Editors.Pages;
using Web.Pages;
using Web.Requests;
using Web.Services;

namespace Web.Editors;

/// <summary>The catalog as a file: downloaded, judged, and taken over as it was judged.</summary>
internal static class FilesDesk
{
    private static readonly string None = $"That was no file, or one of more than {Contracts.Limits.CatalogFileMiB} MiB.";
    private static readonly FilesModel Empty = new(null, new Dictionary<string, string[]>(), null, null, null);

    public static Task<IResult> ShowAsync(HttpContext context) => SignIn.RequiredAsync(context, _ => Task.FromResult(Show(context, Empty)));

    public static Task<IResult> ExportAsync(HttpContext context, EditorClient editors) =>
        SignIn.RequiredAsync(
            context,
            async token =>
            {
                var (file, name, status) = await editors.ExportAsync(token, context.RequestAborted);
                return file is null
                    ? SignIn.AskAgain(context, status)
                    : TypedResults.File(file, "application/json", name ?? "catalog.json");
            }
        );

    public static Task<IResult> JudgeAsync(HttpContext context, EditorClient editors) =>
        SignIn.RequiredAsync(
            context,
            async token =>
            {
                if (await context.FormAsync() is not { } form || form.Files["file"] is not { Length: > 0 } sent)
                    return Show(context, Empty with { Problem = None }, 400);
                var bytes = new byte[sent.Length];
                await using (var stream = sent.OpenReadStream())
                    await stream.ReadExactlyAsync(bytes, context.RequestAborted);
                return Strict.TryRead(bytes, out var text, out var line)
                    ? await JudgeAsync(context, editors, token, text, null)
                    : Show(
                        context,
                        Empty with
                        {
                            Problem =
                                $"Nothing was imported. The file is not UTF-8: line {line} contains bytes that are not valid text. "
                                + "Save it as UTF-8 and send it again.",
                        },
                        400
                    );
            }
        );

    // Web keeps nothing between the two steps: the file comes back with the answer, and the tag says which catalog it was judged against.
    public static Task<IResult> ImportAsync(HttpContext context, EditorClient editors) =>
        SignIn.RequiredAsync(
            context,
            async token =>
            {
                if (await context.FormAsync() is not { } form)
                    return Show(context, Empty with { Problem = None }, 400);
                var (text, tag) = (form["text"].ToString(), form["tag"].ToString());
                var answer = await editors.WriteAsync(
                    HttpMethod.Post,
                    "api/catalog/import",
                    token,
                    tag,
                    Json(text),
                    context.RequestAborted
                );
                if (answer.Conflict)
                    return await JudgeAsync(
                        context,
                        editors,
                        token,
                        text,
                        "Someone edited the catalog in the meantime, so nothing was imported. These are the changes the file would "
                            + "make now:"
                    );
                return Said(context, answer, null);
            }
        );

    private static async Task<IResult> JudgeAsync(HttpContext context, EditorClient editors, string token, string text, string? problem)
    {
        var answer = await editors.WriteAsync(
            HttpMethod.Post,
            "api/catalog/import?dryRun=true",
            token,
            "*",
            Json(text),
            context.RequestAborted
        );
        return Said(context, answer, text, problem);
    }

    private static IResult Said(HttpContext context, Answer answer, string? text, string? problem = null) =>
        answer switch
        {
            { Refused: true } => SignIn.AskAgain(context, answer.Status),
            { Done: true } => Show(
                context,
                Empty with
                {
                    Problem = problem,
                    Result = answer.Body.Deserialize<ImportModel>(JsonSerializerOptions.Web),
                    Tag = answer.Tag,
                    File = text,
                },
                problem is null ? 200 : 412
            ),
            _ => Show(context, Empty with { Problem = $"Nothing was imported. {answer.Detail}", Errors = answer.Errors }, 400),
        };

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    private static IResult Show(HttpContext context, FilesModel model, int status = 200) =>
        Page.Of<FilesPage, FilesModel>(Desk.Head(context, "Import and export"), model, status);
}
