using System.Text.Json;
using System.Text.Json.Nodes;
using Web.Editors.Documents;
using Web.Editors.Pages;
using Web.Services;

namespace Web.Editors;

/// <summary>Reads drafts from Catalog, with what their forms need beside them.</summary>
internal sealed class DraftReader(EditorClient editors, CatalogReader catalog)
{
    /// <param name="token">The editor's; null for one who is signed out, and gets what readers see.</param>
    /// <exception cref="ServiceUnavailableException">Catalog does not answer.</exception>
    public async Task<OpenDraft> OpenAsync(DocumentKind kind, string slug, string? token, CancellationToken cancellationToken)
    {
        var (categories, panel, tools) = (
            await catalog.CategoriesAsync(cancellationToken),
            await catalog.ReviewersAsync(cancellationToken),
            await catalog.ToolLinesAsync(cancellationToken)
        );
        var unseen = await UnseenAsync(kind.ToolsOf(slug), tools, token, cancellationToken);
        var names = tools.Select(tool => (tool.Slug, tool.Name)).Concat(unseen.Select(tool => (tool.Slug, tool.Name))).ToDictionary();
        var empty = new OpenDraft(kind, slug, new FormChoices(categories, panel, names), unseen);
        var form = empty.FormFor([null]);
        var standing = await editors.ReadAsync(form.Path, null, cancellationToken);
        var raw =
            standing.Done && (standing.Body as JsonObject)?["curated"]?.GetValue<bool>() != false ? standing.Body as JsonObject : null;
        var published = raw is null ? null : Merge.Shaped(raw);
        if (!kind.IsDrafted)
            return empty with { Document = published, Published = published, Tag = standing.Tag ?? "", PublicTag = standing.Tag };
        var draft = await editors.ReadAsync(form.DraftPath, token, cancellationToken);
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

    /// <summary>
    /// What two editors' texts began with, and who saved the other one. It stands in the history: a draft's tag names the edit that saved
    /// it, a base the version that was published.
    /// </summary>
    /// <param name="tag">Of the draft that one's own text began with; empty when it began with what was published.</param>
    /// <param name="version">Of the document that one's own text began with.</param>
    /// <param name="onDraft">Whether the other text is a draft, and not what readers see.</param>
    /// <exception cref="ServiceUnavailableException">Catalog does not answer.</exception>
    public async Task<(JsonObject? Began, EditLine? By)> CommonTextAsync(
        EditForm form,
        string tag,
        long version,
        bool onDraft,
        string token,
        CancellationToken cancellationToken
    )
    {
        var (word, drafted) = (form.Kind.Word, form.Kind.IsDrafted);
        var (published, _) = await editors.EditsAsync(token, $"?kind={word}&slug={form.Slug}", cancellationToken);
        var (drafts, _) = drafted
            ? await editors.EditsAsync(token, $"?kind={word}-draft&slug={form.Slug}", cancellationToken)
            : (null, default);
        var draft = tag.StartsWith("\"draft-", StringComparison.Ordinal)
            ? drafts?.Edits.FirstOrDefault(edit => $"\"draft-{edit.Id}\"" == tag)?.After
            : null;
        var stood =
            published
                ?.Edits.FirstOrDefault(edit =>
                    edit.After is { } after && after.TryGetProperty("version", out var number) && number.GetInt64() == version
                )
                ?.After ?? (!drafted && published?.Edits is [var latest, ..] ? latest.Before : null);
        var by =
            (onDraft && drafted ? drafts?.Edits.FirstOrDefault(edit => edit.After is not null) : null)
            ?? (published?.Edits is [var last, ..] ? last : null);
        var began =
            onDraft && drafted && draft is not null ? Json(draft)
            : stood is null ? null
            : Merge.Shaped(Json(stood)!);
        return (began, by);
    }

    private async Task<IReadOnlyList<Unseen>> UnseenAsync(
        IReadOnlyList<string> needed,
        IReadOnlyList<ToolLine> tools,
        string? token,
        CancellationToken cancellationToken
    )
    {
        var unseen = new List<Unseen>();
        foreach (var slug in needed.Where(slug => tools.All(tool => tool.Slug != slug)))
        {
            var draft = await editors.ReadAsync($"api/drafts/tools/{slug}", token, cancellationToken);
            unseen.Add(new(slug, (draft.Body as JsonObject)?["document"]?["name"]?.ToString() ?? slug, draft.Done));
        }

        return unseen;
    }

    private static JsonObject? Json(JsonElement? element) =>
        element is { ValueKind: JsonValueKind.Object } found ? JsonObject.Create(found) : null;
}
