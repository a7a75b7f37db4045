using System.Data.Common;
using System.Text.Json;
using Dapper;
using Hosting.Databases;
using Webhooks.Events;
using Webhooks.Signing;

namespace Webhooks.Endpoints;

/// <summary>The endpoints that editors registered.</summary>
internal sealed class EndpointStore([FromKeyedServices(WebhooksService.Name)] Database database, KeySeal seal, TimeProvider timeProvider)
{
    /// <summary>Each costs a look at every event, and receivers are not readers.</summary>
    public const int Most = 100;

    /// <summary>How long former keys sign beside new ones.</summary>
    public static readonly TimeSpan Overlap = TimeSpan.FromDays(1);

    public static async Task<IReadOnlyList<StoredEndpoint>> EnabledAsync(DbConnection connection, DbTransaction? transaction) =>
        (
            await connection.QueryAsync<StoredEndpoint>(
                $"select {StoredEndpoint.Columns} from endpoints where disabled_at is null order by id",
                transaction: transaction
            )
        ).AsList();

    public static Task<StoredEndpoint?> FindAsync(DbConnection connection, string id) =>
        connection.QuerySingleOrDefaultAsync<StoredEndpoint>($"select {StoredEndpoint.Columns} from endpoints where id = @id", new { id });

    public async Task<IReadOnlyList<StoredEndpoint>> AllAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return (
            await connection.QueryAsync<StoredEndpoint>($"select {StoredEndpoint.Columns} from endpoints order by created_at, id")
        ).AsList();
    }

    /// <returns>Null when there are as many as there may be.</returns>
    public async Task<(StoredEndpoint Endpoint, SigningKeys Keys)?> AddAsync(
        Uri url,
        IReadOnlyList<Subscription> subscriptions,
        CancellationToken cancellationToken
    )
    {
        var keys = SigningKeys.Create();
        var id = $"wh_{Guid.CreateVersion7():N}";
        var endpoint = new StoredEndpoint(
            id,
            url.AbsoluteUri,
            JsonSerializer.Serialize(subscriptions, JsonSerializerOptions.Web),
            seal.Seal(id, keys),
            null,
            null,
            timeProvider.Now(),
            null,
            null,
            null
        );
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        var added = await connection.ExecuteAsync(
            """
            insert into endpoints (id, url, events, keys, created_at, resume_at)
            select @Id, @Url, @Events, @Keys, @CreatedAt, 0 where (select count(*) from endpoints) < @most
            """,
            new
            {
                endpoint.Id,
                endpoint.Url,
                endpoint.Events,
                endpoint.Keys,
                endpoint.CreatedAt,
                most = Most,
            }
        );
        return added == 0 ? null : (endpoint, keys);
    }

    /// <returns>False when there is none of that id.</returns>
    public async Task<bool> RemoveAsync(string id, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync("delete from endpoints where id = @id", new { id }) == 1;
    }

    /// <summary>Gives it new keys; those it has sign as well for a day.</summary>
    /// <returns>Null when there is none of that id.</returns>
    public async Task<(StoredEndpoint Endpoint, SigningKeys Keys)?> RotateAsync(string id, CancellationToken cancellationToken)
    {
        var keys = SigningKeys.Create();
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        var rotated = await connection.ExecuteAsync(
            "update endpoints set former_keys = keys, former_until = @until, keys = @sealedKeys where id = @id",
            new
            {
                id,
                until = timeProvider.Now() + Overlap.Milliseconds(),
                sealedKeys = seal.Seal(id, keys),
            }
        );
        return rotated == 1 && await FindAsync(connection, id) is { } endpoint ? (endpoint, keys) : null;
    }

    /// <summary>Forgets its failures, and sends what waits.</summary>
    /// <returns>Null when there is none of that id.</returns>
    public async Task<StoredEndpoint?> EnableAsync(string id, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(
            "update endpoints set disabled_at = null, disabled_reason = null, failing_since = null, resume_at = 0 where id = @id",
            new { id }
        );
        return await FindAsync(connection, id);
    }
}
