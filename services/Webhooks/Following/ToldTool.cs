using System.Data.Common;
using System.Text.Json;
using Dapper;
using Npgsql;

namespace Webhooks.Following;

/// <summary>What has been told of a tool: the state that the next change is judged against.</summary>
/// <param name="CatalogVersion">Of the tool's document.</param>
/// <param name="Prices">JSON: <see cref="PriceList"/>.</param>
/// <param name="Reviews">JSON: when each reviewer's review was written, by the reviewer's slug.</param>
/// <param name="Peak">The highest number of votes so far.</param>
/// <param name="Side">The side the interval was on when it last excluded one half: <c>ship</c>, <c>skip</c>, or null.</param>
/// <param name="Disagrees">1 while panel and community are on different sides.</param>
/// <param name="Revision">Grows with every write; what was judged by an older one is judged again.</param>
internal sealed record ToldTool(
    string Slug,
    string Name,
    long CatalogVersion,
    string Prices,
    string Reviews,
    long PanelShip,
    long PanelSkip,
    long Epoch,
    long Version,
    long Peak,
    string? Side,
    long Disagrees,
    long Revision
)
{
    private const string Columns = """
        slug, name, catalog_version as catalogversion, prices, reviews, panel_ship as panelship, panel_skip as panelskip,
        epoch, version, peak, side, disagrees, revision
        """;

    /// <summary>The panel's side; null while it is split evenly, or has not spoken.</summary>
    public string? PanelSide =>
        PanelShip > PanelSkip ? "ship"
        : PanelShip < PanelSkip ? "skip"
        : null;

    public static ToldTool Unknown(string slug) => new(slug, slug, -1, "{}", "{}", 0, 0, 0, 0, 0, null, 0, -1);

    public static async Task<Dictionary<string, ToldTool>> ReadAsync(
        DbConnection connection,
        DbTransaction? transaction,
        IReadOnlyCollection<string>? slugs = null
    ) =>
        (
            await connection.QueryAsync<ToldTool>(
                $"select {Columns} from tools {(slugs is null ? "" : $"where slug {Among(connection)}")}",
                slugs is null ? null : new { slugs = slugs.ToArray() },
                transaction
            )
        ).ToDictionary(tool => tool.Slug);

    /// <returns>False when it was changed since it was read.</returns>
    public async Task<bool> WriteAsync(DbConnection connection, DbTransaction transaction) =>
        await connection.ExecuteAsync(
            Revision < 0
                ? """
                insert into tools (slug, name, catalog_version, prices, reviews, panel_ship, panel_skip, epoch, version, peak, side,
                    disagrees, revision)
                values (@Slug, @Name, @CatalogVersion, @Prices, @Reviews, @PanelShip, @PanelSkip, @Epoch, @Version, @Peak,
                    @Side, @Disagrees, 0)
                on conflict (slug) do nothing
                """
                : """
                update tools set name = @Name, catalog_version = @CatalogVersion, prices = @Prices, reviews = @Reviews,
                    panel_ship = @PanelShip, panel_skip = @PanelSkip, epoch = @Epoch, version = @Version, peak = @Peak, side = @Side,
                    disagrees = @Disagrees, revision = revision + 1
                where slug = @Slug and revision = @Revision
                """,
            this,
            transaction
        ) == 1;

    // PostgreSQL takes a list as one parameter; for SQLite Dapper writes one for each.
    private static string Among(DbConnection connection) => connection is NpgsqlConnection ? "= any(@slugs)" : "in @slugs";

    public T Read<T>(Func<ToldTool, string> part) => JsonSerializer.Deserialize<T>(part(this), JsonSerializerOptions.Web)!;
}

/// <summary>A tool's prices as readers see them.</summary>
/// <param name="Entry">The entry price's label.</param>
/// <param name="Plans">The price of each plan by its name.</param>
internal sealed record PriceList(string? Entry = null, IReadOnlyDictionary<string, string>? Plans = null);
