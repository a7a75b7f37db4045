using System.Data.Common;
using Dapper;
using Webhooks.Endpoints;
using Webhooks.Events;

namespace Webhooks.Deliveries;

/// <summary>
/// Writes down what each endpoint is owed, in the transaction of the state that caused it: either both are kept or neither is, and the
/// cause is seen again.
/// </summary>
internal static class QueueDeliveries
{
    /// <returns>The types of what was queued.</returns>
    public static async Task<IReadOnlyList<string>> OwedAsync(
        DbConnection connection,
        DbTransaction transaction,
        IReadOnlyList<Happening> happenings,
        long now
    )
    {
        if (happenings.Count == 0)
            return [];
        var endpoints = await EndpointStore.EnabledAsync(connection, transaction);
        var owed = (
            from endpoint in endpoints
            from happening in happenings
            where !happening.IsDated || happening.At.ToUnixTimeMilliseconds() >= endpoint.CreatedAt
            from subscription in endpoint.Subscriptions
            from payload in happening.PayloadsFor(subscription)
            select New(endpoint.Id, happening.Type, happening.Subject, payload, now)
        ).ToList();
        await InsertAsync(connection, transaction, owed);
        return [.. owed.Select(delivery => delivery.Type)];
    }

    public static Delivery New(string endpoint, string type, string subject, string payload, long now) =>
        new($"msg_{Guid.CreateVersion7():N}", endpoint, type, subject, payload, "waiting", 0, now, now, null, null, null);

    // An endpoint may be deleted meanwhile; then it is owed nothing.
    public static Task<int> InsertAsync(DbConnection connection, DbTransaction? transaction, IReadOnlyList<Delivery> deliveries) =>
        connection.ExecuteAsync(
            """
            insert into deliveries (id, endpoint_id, type, subject, payload, state, attempts, created_at, next_at)
            select @Id, id, @Type, @Subject, @Payload, @State, @Attempts, @CreatedAt, @NextAt from endpoints where id = @EndpointId
            """,
            deliveries,
            transaction
        );
}
