using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Web.Editors.Documents;
using Web.Editors.Pages;
using Web.Pages;
using Web.Requests;
using Web.Services;

namespace Web.Editors;

/// <summary>
/// The form of one thing: shown, saved, published, and asked again with both texts when somebody else was first. Whatever the answer is,
/// the form comes back with what was typed.
/// </summary>
internal static class EditRoute
{
    private const string JustPublished = "?done=published";

    public static Task<IResult> ShowAsync(string kind, string slug, HttpContext context, EditorClient editors, CatalogReader catalog) =>
        Desk.SignedInAsync(
            context,
            async token =>
            {
                var desk = await OpenAsync(kind, slug, context, editors, catalog, token);
                if (desk.Refused is { } status)
                    return Desk.AskToSignIn(context, status);
                // A new tool's form begins with the name it was asked for by.
                var shown =
                    desk.Document
                    ?? (context.Request.Query["name"].ToString() is { Length: > 0 } name ? new JsonObject { ["name"] = name } : []);
                return desk.Kind(shown) is { } of ? Form(context, desk, of, shown, null) : Page.NotFound(context, "form");
            }
        );

    // Not behind the sign-in: who was signed out while writing keeps the text, and saves it once signed in again.
    public static async Task<IResult> SaveAsync(string kind, string slug, HttpContext context, EditorClient editors, CatalogReader catalog)
    {
        var token = EditorSession.Token(context.Request);
        if (await context.FormAsync() is not { } form)
            return Page.NotFound(context, "form");
        var desk = await OpenAsync(kind, slug, context, editors, catalog, token);
        // Room for every row that was sent.
        var rows = new JsonObject
        {
            ["plans"] = new JsonArray([
                .. form
                    .Keys.Where(key =>
                        key.StartsWith("plans[", StringComparison.Ordinal) && key.EndsWith("].name", StringComparison.Ordinal)
                    )
                    .Select(_ => (JsonNode)new JsonObject()),
            ]),
        };
        if (desk.Kind(rows) is not { } of)
            return Page.NotFound(context, "form");
        var typed = of.Document(
            path =>
                form[$"take.{path}"] == "theirs"
                    ? form[$"theirs.{path}"].ToString()
                    : form[path].ToString().ReplaceLineEndings("\n").Trim(),
            Unlisted.Sent(of, form[Unlisted.FieldName].ToString(), desk.Document)
        );
        Unlisted.Redate(typed, desk.Document);
        var began = (Tag: form["tag"].ToString(), Base: long.TryParse(form["base"], out var version) ? version : 0);
        if (token is null || desk.Refused is not null)
            return Form(context, desk with { Tag = began.Tag, Base = began.Base }, of, typed, null, signedOut: true);

        var done = form["do"].ToString();
        if (done is "discard" or "retire" or "return" or "remove")
        {
            var (method, path, tag, body) = done switch
            {
                "discard" => (HttpMethod.Delete, of.DraftPath, began.Tag, null),
                "return" => (HttpMethod.Put, of.Path, desk.PublicTag, Content(desk.Standing("retired", false))),
                _ => (HttpMethod.Delete, of.Path, desk.PublicTag, null),
            };
            var answer = await editors.WriteAsync(method, path, token, tag, body, context.RequestAborted);
            return answer.Done
                ? Desk.SeeOther(context, done is "discard" && desk.Present == 0 || done is "remove" ? $"/admin/{kind}" : of.Form)
                : Form(context, desk, of, typed, answer);
        }

        var saved = !of.Drafted
            ? await editors.WriteAsync(HttpMethod.Put, of.Path, token, Named(began.Tag), Content(typed), context.RequestAborted)
            : await editors.WriteAsync(
                done is "publish" ? HttpMethod.Post : HttpMethod.Put,
                of.DraftPath + (done is "publish" ? "/publish" : ""),
                token,
                Named(began.Tag),
                Content(new JsonObject { ["base"] = began.Base, ["document"] = typed.DeepClone() }),
                context.RequestAborted
            );
        if (saved.Done)
            return Desk.SeeOther(
                context,
                !of.Drafted
                    ? "/admin/reviewers"
                    : done switch
                    {
                        "publish" => of.Form + JustPublished,
                        "preview" => $"/admin/preview/{kind}/{slug}",
                        _ => of.Form,
                    }
            );
        if (!saved.Conflict)
            return Form(context, desk with { Tag = saved.Tag ?? began.Tag, Base = began.Base }, of, typed, saved);

        // Somebody else was first. Read again, since that is newer than what was read above.
        var now = await OpenAsync(kind, slug, context, editors, catalog, token);
        var published = saved.Type?.EndsWith("publish-conflict", StringComparison.Ordinal) == true;
        var theirs = published ? now.Published : now.Document;
        var (ancestor, by) = await BeganAsync(of, began.Tag, began.Base, saved.Type, editors, token, context.RequestAborted);
        of = desk.Kind(typed, theirs)!;
        var merged = Merge.Of(of, typed, theirs ?? [], ancestor, by) with { Public = published };
        // Brought together with another's draft, it is still based on what that draft is: what was published since then is a question of
        // its own.
        return Form(context, published ? now with { Base = now.Present } : now, of, merged.Document, saved, merged: merged);
    }

    /// <summary>The draft as readers would see it, or its form with what is still wrong.</summary>
    public static Task<IResult> PreviewAsync(string kind, string slug, HttpContext context, EditorClient editors, CatalogReader catalog) =>
        OfDraftAsync(
            kind,
            slug,
            context,
            editors,
            catalog,
            async (desk, of, document, token) =>
            {
                var preview = await editors.ReadAsync(of.DraftPath + "/preview", token, context.RequestAborted);
                if (preview.Done)
                    return DraftPreview.Show(context, of, preview.Body!, 0);
                // What is there can be looked at; what is missing is counted above it, and named in the form.
                var incomplete =
                    preview.Errors.Count == 0
                        ? preview
                        : await editors.ReadAsync(of.DraftPath + "/preview?incomplete=true", token, context.RequestAborted);
                return incomplete.Done
                    ? DraftPreview.Show(context, of, incomplete.Body!, preview.Errors.Count)
                    : Form(context, desk, of, document, preview);
            }
        );

    /// <summary>Publishes the draft as it was previewed.</summary>
    public static Task<IResult> PublishAsync(string kind, string slug, HttpContext context, EditorClient editors, CatalogReader catalog) =>
        OfDraftAsync(
            kind,
            slug,
            context,
            editors,
            catalog,
            async (desk, of, document, token) =>
            {
                var body = Content(new JsonObject { ["base"] = desk.Base, ["document"] = document.DeepClone() });
                var published = await editors.WriteAsync(
                    HttpMethod.Post,
                    of.DraftPath + "/publish",
                    token,
                    Named(desk.Tag),
                    body,
                    context.RequestAborted
                );
                if (published.Done)
                    return Desk.SeeOther(context, of.Form + JustPublished);
                // What stands in the way is shown in the form, where it can be mended.
                var (ancestor, by) = await BeganAsync(of, "", desk.Base, published.Type, editors, token, context.RequestAborted);
                var merged = published.Conflict ? Merge.Of(of, document, desk.Published ?? [], ancestor, by) with { Public = true } : null;
                return Form(
                    context,
                    merged is null ? desk : desk with { Base = desk.Present },
                    of,
                    merged?.Document ?? document,
                    published,
                    merged: merged
                );
            }
        );

    // Goes on with the draft, or with what a draft would begin with.
    private static Task<IResult> OfDraftAsync(
        string kind,
        string slug,
        HttpContext context,
        EditorClient editors,
        CatalogReader catalog,
        Func<OpenDraft, EditForm, JsonObject, string, Task<IResult>> goOn
    ) =>
        Desk.SignedInAsync(
            context,
            async token =>
            {
                var desk = await OpenAsync(kind, slug, context, editors, catalog, token);
                if (desk.Refused is { } status)
                    return Desk.AskToSignIn(context, status);
                return desk.Kind(desk.Document) is { Drafted: true } of && desk.Document is { } document
                    ? await goOn(desk, of, document, token)
                    : Page.NotFound(context, "draft");
            }
        );

    /// <summary>Everything a form needs to know before it is shown.</summary>
    /// <param name="Document">The draft, or what stands; null for something new.</param>
    /// <param name="Published">What readers see, as a document.</param>
    /// <param name="Unseen">A comparison's tools that readers can't see yet.</param>
    private sealed record OpenDraft(
        Func<JsonObject?, JsonObject?, EditForm?> Fits,
        JsonObject? Document,
        JsonObject? Published,
        JsonObject? Raw,
        string Tag,
        long Base,
        long Present,
        string? PublicTag,
        (string, DateTimeOffset)? Saved,
        HttpStatusCode? Refused,
        IReadOnlyList<Unseen> Unseen
    )
    {
        public EditForm? Kind(JsonObject? first, JsonObject? second = null) => Fits(first, second);

        public JsonObject Standing(string field, bool value)
        {
            var raw = (JsonObject)(Raw ?? []).DeepClone();
            raw[field] = value;
            return raw;
        }
    }

    private static async Task<OpenDraft> OpenAsync(
        string kind,
        string slug,
        HttpContext context,
        EditorClient editors,
        CatalogReader catalog,
        string? token
    )
    {
        var cancellationToken = context.RequestAborted;
        var (categories, panel, tools) = (
            await catalog.CategoriesAsync(cancellationToken),
            await catalog.ReviewersAsync(cancellationToken),
            await catalog.ToolLinesAsync(cancellationToken)
        );
        var unseen = kind == "comparisons" ? await UnseenAsync(slug, tools, editors, token, cancellationToken) : [];
        var names = tools.Select(tool => (tool.Slug, tool.Name)).Concat(unseen.Select(tool => (tool.Slug, tool.Name))).ToDictionary();
        var empty = new OpenDraft(
            (a, b) => EditForm.Of(kind, slug, categories, panel, names, a, b),
            null,
            null,
            null,
            "",
            0,
            0,
            null,
            null,
            null,
            unseen
        );
        if (empty.Kind(null) is not { } of)
            return empty;
        var standing = await editors.ReadAsync(of.Path, null, cancellationToken);
        var raw =
            standing.Done && (standing.Body as JsonObject)?["curated"]?.GetValue<bool>() != false ? standing.Body as JsonObject : null;
        var published = raw is null ? null : Merge.Shaped(raw);
        if (!of.Drafted)
            return empty with { Document = published, Published = published, Tag = standing.Tag ?? "", PublicTag = standing.Tag };
        var draft = await editors.ReadAsync(of.DraftPath, token, cancellationToken);
        var opened = empty with
        {
            Published = published,
            Raw = raw,
            PublicTag = raw is null ? null : standing.Tag,
            Refused = draft.Refused ? draft.Status : null,
        };
        return draft.Body is not JsonObject body
            ? opened
            : opened with
            {
                Document = body["document"] as JsonObject,
                Tag = draft.Tag ?? "",
                Base = body["base"]!.GetValue<long>(),
                Present = body["present"]!.GetValue<long>(),
                Saved = body["editor"]?.ToString() is { } editor ? (editor, body["savedAt"]!.GetValue<DateTimeOffset>()) : null,
            };
    }

    private static async Task<IReadOnlyList<Unseen>> UnseenAsync(
        string pair,
        IReadOnlyList<ToolLine> tools,
        EditorClient editors,
        string? token,
        CancellationToken cancellationToken
    )
    {
        if (Contracts.Slug.Split(pair) is not var (a, b))
            return [];
        var unseen = new List<Unseen>();
        foreach (var slug in ((string[])[a, b]).Where(slug => tools.All(tool => tool.Slug != slug)))
        {
            var draft = await editors.ReadAsync($"api/drafts/tools/{slug}", token, cancellationToken);
            unseen.Add(new(slug, (draft.Body as JsonObject)?["document"]?["name"]?.ToString() ?? slug, draft.Done));
        }

        return unseen;
    }

    // What both texts began with stands in the history: a draft's tag names the edit that saved it, a base the version that was published.
    private static async Task<(JsonObject? Began, EditLine? By)> BeganAsync(
        EditForm of,
        string tag,
        long version,
        string? conflict,
        EditorClient editors,
        string token,
        CancellationToken cancellationToken
    )
    {
        var (published, _) = await editors.EditsAsync(token, $"?kind={of.Word}&slug={of.Slug}", cancellationToken);
        var (drafts, _) = of.Drafted
            ? await editors.EditsAsync(token, $"?kind={of.Word}-draft&slug={of.Slug}", cancellationToken)
            : (null, default);
        var draft = tag.StartsWith("\"draft-", StringComparison.Ordinal)
            ? drafts?.Edits.FirstOrDefault(edit => $"\"draft-{edit.Id}\"" == tag)?.After
            : null;
        var stood =
            published
                ?.Edits.FirstOrDefault(edit =>
                    edit.After is { } after && after.TryGetProperty("version", out var number) && number.GetInt64() == version
                )
                ?.After
            ?? (!of.Drafted && published?.Edits is [var latest, ..] ? latest.Before : null);
        // On a draft of another's, the other is who saved that draft; else who published.
        var onDraft = conflict?.EndsWith("publish-conflict", StringComparison.Ordinal) != true && of.Drafted;
        var by =
            (onDraft ? drafts?.Edits.FirstOrDefault(edit => edit.After is not null) : null)
            ?? (published?.Edits is [var last, ..] ? last : null);
        var began =
            onDraft && draft is not null ? Json(draft)
            : stood is null ? null
            : Merge.Shaped(Json(stood)!);
        return (began, by);
    }

    private static JsonObject? Json(JsonElement? element) =>
        element is { ValueKind: JsonValueKind.Object } found ? JsonObject.Create(found) : null;

    private static string? Named(string tag) => tag.Length == 0 ? null : tag;

    private static JsonContent Content(JsonObject document) => JsonContent.Create(document);

    private static IResult Form(
        HttpContext context,
        OpenDraft desk,
        EditForm of,
        JsonObject shown,
        Answer? answer,
        bool signedOut = false,
        Merge? merged = null
    )
    {
        of = desk.Kind(shown, of.Fields.Count > 0 ? shown : null) ?? of;
        var errors = answer?.Errors ?? new Dictionary<string, string[]>();
        var fields = of
            .Fields.Select(field => new FieldModel(
                field,
                EditForm.Read(field, shown),
                [.. errors.Where(error => of.Concerns(field, error.Key, shown)).SelectMany(error => error.Value)],
                merged?.Theirs.GetValueOrDefault(field.Path)
            ))
            .ToList();
        // That a tool is missing, the page says in a sentence of its own.
        var loose = errors
            .Where(error =>
                (error.Key != "slug" || desk.Unseen.Count == 0) && !of.Fields.Any(field => of.Concerns(field, error.Key, shown))
            )
            .SelectMany(error => error.Value.Select(problem => $"{error.Key} {problem}"))
            .ToList();
        var problem = answer switch
        {
            null or { Done: true } or { Conflict: true } when merged is not null => null,
            null or { Done: true } => null,
            { Errors.Count: > 0 } when errors.Keys.All(key => key == "slug") && desk.Unseen.Count > 0 =>
                "Not published yet. What you wrote is kept as a draft.",
            { Errors.Count: > 0 } => of.Drafted
                ? "Not published yet: some fields need your attention. What you wrote is kept as a draft."
                : "Some fields need your attention.",
            { Refused: true } => "You no longer have editor access.",
            { Conflict: true } => "Someone else just changed this. Review it before you continue.",
            _ => answer.Detail ?? "That could not be saved.",
        };
        var model = new EditModel(
            of,
            fields,
            Unlisted.Of(of, shown).ToJsonString(),
            desk.Tag,
            desk.Base,
            desk.Raw?["retired"]?.GetValue<bool>() == true,
            desk.Saved,
            problem,
            signedOut || answer?.Refused == true,
            loose,
            merged,
            desk.Unseen,
            Published: answer is null && desk is { Saved: null, Present: > 0 } && context.Request.Query["done"] == "published"
        );
        return Page.Of<EditPage, EditModel>(
            Desk.Head(context, of.Title),
            model,
            signedOut ? 401
                : answer is null or { Done: true } ? 200
                : (int)answer.Status
        );
    }
}
