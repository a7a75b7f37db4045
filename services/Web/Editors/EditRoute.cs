using System.Net;
using System.Text.Json.Nodes;

namespace Web.Editors;

/// <summary>The form of one document: shown, saved, and asked again with both versions when somebody else saved first.</summary>
internal static class EditRoute
{
    public static Task<IResult> ShowAsync(string kind, string slug, string? part, HttpContext context, EditorClient editors, CatalogReader catalog) =>
        Desk.SignedInAsync(context, async _ =>
        {
            if (Kind.Of(kind, slug, part, await catalog.CategoriesAsync(context.RequestAborted)) is not { } of)
                return Page.NotFound(context, "form");
            var present = await PresentAsync(of, part, editors, context);
            return await FormAsync(context, catalog, of, kind, slug, part, present?.Fields ?? [], present, null, conflict: false);
        });

    public static Task<IResult> SaveAsync(string kind, string slug, string? part, HttpContext context, EditorClient editors, CatalogReader catalog) =>
        Desk.SignedInAsync(context, async token =>
        {
            if (await context.FormAsync() is not { } form || Kind.Of(kind, slug, part, await catalog.CategoriesAsync(context.RequestAborted)) is not { } of)
                return Page.NotFound(context, "form");
            var present = await PresentAsync(of, part, editors, context);
            var tag = form["tag"].ToString() is { Length: > 0 } named ? named : null;
            if (form["do"] == "remove")
            {
                var removed = await editors.SaveAsync(HttpMethod.Delete, of.Path, token, tag, null, context.RequestAborted);
                return removed.Done ? Desk.SeeOther(context, "/admin") : await FormAsync(context, catalog, of, kind, slug, part, present?.Fields ?? [], present, removed, conflict: false);
            }

            var fields = new JsonObject();
            foreach (var field in of.Fields)
                field.Write(fields, form[field.Path].ToString().ReplaceLineEndings("\n").Trim());
            var saved = await editors.SaveAsync(HttpMethod.Put, of.Path, token, tag, fields, context.RequestAborted);
            if (saved.Done)
                return Desk.SeeOther(context, of.Public ?? "/admin");
            return await FormAsync(context, catalog, of, kind, slug, part, fields, present, saved, conflict: saved.Status is HttpStatusCode.PreconditionFailed);
        });

    // A review is part of its tool's document, and bears its tag.
    private static async Task<Document?> PresentAsync(Kind of, string? reviewer, EditorClient editors, HttpContext context)
    {
        if (reviewer is null)
        {
            var found = await editors.FindAsync(of.Path, context.RequestAborted);
            return found?.Fields["curated"]?.GetValue<bool>() == false ? null : found;
        }

        var tool = await editors.FindAsync(of.Path[..of.Path.IndexOf("/reviews/", StringComparison.Ordinal)], context.RequestAborted);
        var review = (tool?.Fields["reviews"] as JsonArray)?.OfType<JsonObject>().FirstOrDefault(review => review["reviewer"]?["slug"]?.ToString() == reviewer);
        return review is null ? null : new Document(review, tool!.Tag);
    }

    private static async Task<IResult> FormAsync(
        HttpContext context, CatalogReader catalog, Kind of, string kind, string slug, string? part, JsonObject shown, Document? present, Saved? saved, bool conflict)
    {
        var fields = of.Fields.Select(field =>
        {
            var (value, theirs) = (field.Read(shown), present is null ? "" : field.Read(present.Fields));
            var errors = saved?.Errors.Where(error => error.Key == field.Path || error.Key.StartsWith(field.Path + "[", StringComparison.Ordinal)).SelectMany(error => error.Value
                .Select(problem => error.Key == field.Path ? problem : $"{error.Key[field.Path.Length..]} {problem}")).ToList() ?? [];
            return new FieldModel(field.Path, field.Label, field.Kind.ToString(), field.Hint, field.Choices ?? [], value, errors, conflict && theirs != value ? theirs : null);
        }).ToList();
        var problem = saved switch
        {
            null => null,
            { Status: HttpStatusCode.PreconditionFailed } => "Somebody else saved this while you were writing. Their text stands beside yours where they differ: decide, then save again.",
            { Errors.Count: > 0 } => "Some fields are not as they should be.",
            _ => saved.Detail ?? "That could not be saved.",
        };
        var beside = kind == "tools" && part is null && present is not null ? await ReviewersAsync(catalog, slug, context.RequestAborted) : [];
        var model = new EditModel(
            of.Title, $"/admin/{kind}/{slug}" + (part is null ? "" : $"/reviews/{part}"), of.Public, fields, present?.Tag ?? "", present is null, conflict, problem, of.Removal, beside);
        return Page.Of<Pages.EditPage, EditModel>(Desk.Head(context, of.Title), model, saved is null ? 200 : (int)saved.Status is >= 400 and < 500 ? (int)saved.Status : 400);
    }

    private static async Task<IReadOnlyList<(string, string)>> ReviewersAsync(CatalogReader catalog, string tool, CancellationToken stop) =>
        [.. (await catalog.ReviewersAsync(stop)).Select(reviewer => ($"/admin/tools/{tool}/reviews/{reviewer.Slug}", $"Review by {reviewer.Name}"))];
}
