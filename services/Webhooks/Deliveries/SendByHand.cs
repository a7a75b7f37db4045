using System.Text.Json.Nodes;
using Dapper;
using Hosting.Databases;
using Hosting.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Webhooks.Endpoints;
using Webhooks.Events;

namespace Webhooks.Deliveries;

/// <summary>
/// What editors send by hand: a test, and deliveries once more. Either is queued like any other; the list shows what came of it.
/// </summary>
internal static class SendByHand
{
    public static async Task<Results<Accepted<DeliveryView>, ProblemHttpResult>> TestAsync(
        string id,
        [FromKeyedServices(WebhooksService.Name)] Database database,
        TimeProvider timeProvider,
        WorkSignals signals,
        WebhooksMetrics metrics,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        if (await EndpointStore.FindAsync(connection, id) is not { } endpoint)
            return EditEndpoints.Unknown();
        if (endpoint.DisabledAt is not null)
            return Disabled();
        var payload = Happening.Payload(EventTypes.Test, timeProvider.GetUtcNow(), new JsonObject { ["webhook"] = id });
        var delivery = QueueDeliveries.New(id, EventTypes.Test, "test", payload, timeProvider.Now());
        if (await QueueDeliveries.InsertAsync(connection, null, [delivery]) == 0)
            return EditEndpoints.Unknown();
        // Whoever asks for a test has done something about the receiver: no pause is worth waiting for.
        await ResumeAsync(connection, id);
        metrics.Queued(EventTypes.Test);
        signals.Deliveries.Set();
        return TypedResults.Accepted($"/api/webhooks/{id}/deliveries", DeliveryView.Of(delivery));
    }

    public static async Task<Results<Accepted<DeliveryView>, ProblemHttpResult>> RetryAsync(
        string id,
        [FromKeyedServices(WebhooksService.Name)] Database database,
        TimeProvider timeProvider,
        WorkSignals signals,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        if (await FindAsync(connection, id) is not { } delivery)
            return Problems.Of(404, "unknown-delivery", "There is no delivery with this id.");
        if (await EndpointStore.FindAsync(connection, delivery.EndpointId) is { DisabledAt: not null })
            return Disabled();
        // One that is being sent is left to its sender.
        await connection.ExecuteAsync(
            "update deliveries set state = 'waiting', attempts = 0, next_at = @now where id = @id and state <> 'sending'",
            new { id, now = timeProvider.Now() }
        );
        await ResumeAsync(connection, delivery.EndpointId);
        signals.Deliveries.Set();
        return TypedResults.Accepted(
            $"/api/webhooks/{delivery.EndpointId}/deliveries",
            DeliveryView.Of(await FindAsync(connection, id) ?? delivery)
        );
    }

    private static Task<Delivery?> FindAsync(System.Data.Common.DbConnection connection, string id) =>
        connection.QuerySingleOrDefaultAsync<Delivery>($"select {Delivery.Columns} from deliveries where id = @id", new { id });

    private static Task<int> ResumeAsync(System.Data.Common.DbConnection connection, string endpoint) =>
        connection.ExecuteAsync("update endpoints set resume_at = 0 where id = @endpoint", new { endpoint });

    private static ProblemHttpResult Disabled() =>
        Problems.Of(409, "disabled-webhook", "This endpoint is disabled, so nothing is sent to it. Enable it first.");
}
