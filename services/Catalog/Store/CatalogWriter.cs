using System.Data.Common;
using System.Text.Json;
using System.Text.Json.Serialization;
using Dapper;
using Hosting.Text;

namespace Catalog.Store;

/// <summary>What an edit can do to the catalog. Everything written goes with a line in the edits' history.</summary>
internal sealed class CatalogWriter(DbConnection connection, DbTransaction transaction) : CatalogReader(connection, transaction)
{
    public static readonly JsonSerializerOptions Documents = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    private long _edit;

    /// <summary>True once there is something to commit.</summary>
    public bool Edited { get; private set; }

    /// <summary>True when nothing was ever edited before.</summary>
    public bool First => _edit == 1;

    /// <summary>The number of this edit.</summary>
    public long Number => _edit;

    /// <summary>What <see cref="CatalogReader.StampAsync"/> answered before this edit.</summary>
    public Task<string> FormerStampAsync() =>
        Connection.QuerySingleAsync<string>("select id || '-' || (version - 1) from catalog", transaction: Transaction);

    public async Task LockAsync() =>
        _edit = await Connection.ExecuteScalarAsync<long>(
            "update catalog set version = version + 1 returning version",
            transaction: Transaction
        );

    /// <summary>Writes down the edit. The first one of a transaction has the catalog's new version as its number.</summary>
    public async Task RecordAsync(DateTime at, string editor, string kind, string slug, object? previous, object? next)
    {
        if (Edited)
            await LockAsync();
        await Connection.ExecuteAsync(
            "insert into edits (id, at, editor, kind, slug, previous, next) values (@id, @at, @editor, @kind, @slug, @previous, @next)",
            new
            {
                id = _edit,
                at = StoredUnits.Text(at),
                editor,
                kind,
                slug,
                previous = Json(previous),
                next = Json(next),
            },
            Transaction
        );
        Edited = true;
    }

    public Task SaveCategoryAsync(Category category) =>
        Connection.ExecuteAsync(
            "insert into categories (slug, name) values (@Slug, @Name) on conflict (slug) do nothing",
            category,
            Transaction
        );

    /// <summary>Writes a tool and its plans, with the version it has; reviews are written by themselves.</summary>
    public async Task SaveToolAsync(Tool tool)
    {
        await Connection.ExecuteAsync(
            """
            insert into tools (slug, name, sort_name, tagline, maker, category, description, website, pricing, entry_label, entry_amount,
                entry_currency,
                entry_period, search, retired, published_at, updated_at, version, published_version)
            values (@Slug, @Name, @sortName, @Tagline, @Maker, @category, @Description, @Website, @Pricing, @label, @amount, @currency,
                @period, @search, @retired, @publishedAt, @updatedAt, @Version, 0)
            on conflict (slug) do update set name = excluded.name, sort_name = excluded.sort_name, tagline = excluded.tagline,
                maker = excluded.maker,
                category = excluded.category, description = excluded.description, website = excluded.website, pricing = excluded.pricing,
                entry_label = excluded.entry_label, entry_amount = excluded.entry_amount, entry_currency = excluded.entry_currency,
                entry_period = excluded.entry_period, search = excluded.search, retired = excluded.retired,
                published_at = excluded.published_at, updated_at = excluded.updated_at, version = excluded.version
            """,
            new
            {
                tool.Slug,
                tool.Name,
                sortName = Transliteration.Fold(tool.Name),
                tool.Tagline,
                tool.Maker,
                category = tool.Category.Slug,
                tool.Description,
                tool.Website,
                tool.Pricing,
                label = tool.EntryPrice.Label,
                amount = StoredUnits.Millionths(tool.EntryPrice.Amount),
                currency = tool.EntryPrice.Currency,
                period = StoredUnits.Text(tool.EntryPrice.Period),
                // Nothing reads it but a release before this one, which may still run beside it or be rolled back to.
                search = string.Join('\n', tool.Name, tool.Tagline, tool.Maker, tool.Category.Name).ToLowerInvariant(),
                retired = tool.Retired ? 1 : 0,
                publishedAt = StoredUnits.Text(tool.PublishedAt),
                updatedAt = StoredUnits.Text(tool.UpdatedAt),
                tool.Version,
            },
            Transaction
        );
        await Connection.ExecuteAsync("delete from plans where tool = @Slug", new { tool.Slug }, Transaction);
        await Connection.ExecuteAsync(
            "insert into plans (tool, position, name, amount, currency, period, note) values (@tool, @position, @name, @amount, "
                + "@currency, @period, @note)",
            tool.Plans.Select(
                (plan, position) =>
                    new
                    {
                        tool = tool.Slug,
                        position,
                        name = plan.Name,
                        amount = StoredUnits.Millionths(plan.Amount),
                        currency = plan.Currency,
                        period = StoredUnits.Text(plan.Period),
                        note = plan.Note,
                    }
            ),
            Transaction
        );
    }

    public Task SaveReviewAsync(string tool, Review review) =>
        Connection.ExecuteAsync(
            """
            insert into reviews (tool, reviewer, verdict, quote, at, sample) values (@tool, @reviewer, @verdict, @Quote, @at, @sample)
            on conflict (tool, reviewer) do update set verdict = excluded.verdict, quote = excluded.quote, at = excluded.at,
                sample = excluded.sample
            """,
            new
            {
                tool,
                reviewer = review.Reviewer.Slug,
                verdict = StoredUnits.Text(review.Verdict),
                review.Quote,
                at = StoredUnits.Text(review.At),
                sample = review.Sample ? 1 : 0,
            },
            Transaction
        );

    public Task DeleteReviewAsync(string tool, string reviewer) =>
        Connection.ExecuteAsync("delete from reviews where tool = @tool and reviewer = @reviewer", new { tool, reviewer }, Transaction);

    /// <summary>A tool's document changed through something beside it: a review, or a reviewer's name.</summary>
    public Task TouchToolAsync(string slug, DateTime at) =>
        Connection.ExecuteAsync(
            "update tools set version = version + 1, updated_at = @at where slug = @slug",
            new { slug, at = StoredUnits.Text(at) },
            Transaction
        );

    public async Task<IReadOnlyList<string>> ToolsReviewedByAsync(string reviewer) =>
        [
            .. await Connection.QueryAsync<string>(
                "select tool from reviews where reviewer = @reviewer order by tool",
                new { reviewer },
                Transaction
            ),
        ];

    public Task SaveReviewerAsync(Reviewer reviewer) =>
        Connection.ExecuteAsync(
            """
            insert into reviewers (slug, name, role, position, version)
            values (@Slug, @Name, @Role, (select count(*) from reviewers), 1)
            on conflict (slug) do update set name = excluded.name, role = excluded.role, version = reviewers.version + 1
            """,
            reviewer,
            Transaction
        );

    /// <summary>
    /// Keeps a draft, with the number of this edit as its version: one that is thrown away and written again never has an old one's.
    /// </summary>
    public Task SaveDraftAsync(DraftRow draft) =>
        Connection.ExecuteAsync(
            """
            insert into drafts (kind, slug, document, based_on, editor, saved_at, version) values (@Kind, @Slug, @Document, @BasedOn,
                @Editor, @SavedAt, @Version)
            on conflict (kind, slug) do update set document = excluded.document, based_on = excluded.based_on, editor = excluded.editor,
                saved_at = excluded.saved_at, version = excluded.version
            """,
            draft,
            Transaction
        );

    public Task DeleteDraftAsync(string kind, string slug) =>
        Connection.ExecuteAsync("delete from drafts where kind = @kind and slug = @slug", new { kind, slug }, Transaction);

    public Task SaveComparisonAsync(ComparisonRow comparison) =>
        Connection.ExecuteAsync(
            """
            insert into comparisons (slug, a, b, summary, pricing, removed, published_at, updated_at, version, published_version)
            values (@Slug, @A, @B, @Summary, @Pricing, @Removed, @PublishedAt, @UpdatedAt, @Version, 0)
            on conflict (slug) do update set summary = excluded.summary, pricing = excluded.pricing, removed = excluded.removed,
                published_at = excluded.published_at, updated_at = excluded.updated_at, version = excluded.version
            """,
            comparison,
            Transaction
        );

    public async Task<IReadOnlyList<(string Slug, string Name, string SortName)>> SortNamesAsync() =>
        [
            .. await Connection.QueryAsync<(string, string, string)>(
                "select slug, name, sort_name from tools order by slug",
                transaction: Transaction
            ),
        ];

    public async Task SaveSortNameAsync(string slug, string sortName)
    {
        await Connection.ExecuteAsync("update tools set sort_name = @sortName where slug = @slug", new { slug, sortName }, Transaction);
        Edited = true;
    }

    /// <summary>Tools whose slug no comparison's can be made of, and that have not moved yet.</summary>
    public async Task<IReadOnlyList<string>> UnjoinableToolsAsync() =>
        [
            .. await Connection.QueryAsync<string>(
                "select slug from tools where slug like '%' || @end and slug not in (select slug from moved_tools) order by slug",
                new { end = Contracts.Slug.VersusAtEnd },
                Transaction
            ),
        ];

    public Task MoveReviewsAsync(string from, string to) =>
        Connection.ExecuteAsync("update reviews set tool = @to where tool = @from", new { from, to }, Transaction);

    public Task SaveMovedAsync(string from, string to) =>
        Connection.ExecuteAsync("insert into moved_tools (slug, tool) values (@from, @to)", new { from, to }, Transaction);

    /// <summary>Draft and history keep their words; what the draft is based on is the first version of what moved.</summary>
    public Task MoveDraftAsync(string kind, string from, string to) =>
        Connection.ExecuteAsync(
            "update drafts set slug = @to, based_on = case when based_on = 0 then 0 else 1 end where kind = @kind and slug = @from",
            new
            {
                kind,
                from,
                to,
            },
            Transaction
        );

    private static string? Json(object? document) => document is null ? null : JsonSerializer.Serialize(document, Documents);
}
