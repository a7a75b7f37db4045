using System.ComponentModel.DataAnnotations;
using Dapper;
using Hosting.Databases;
using Hosting.Description;
using Hosting.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Webhooks.Endpoints;
using Webhooks.Events;

namespace Webhooks.Deliveries;

/// <summary>A delivery as editors see it. What a receiver answered beyond its status is not kept: it may be anything.</summary>
/// <param name="Id">The message's <c>webhook-id</c>.</param>
/// <param name="Payload">The body as it is sent.</param>
/// <param name="Attempts">Begun so far.</param>
/// <param name="NextAt">When it is tried next; null once it is delivered or failed.</param>
/// <param name="Status">What the receiver answered last.</param>
/// <param name="Problem">Why the last attempt failed.</param>
[SchemaName("WebhookDelivery")]
internal sealed record DeliveryView(
    string Id,
    string Type,
    string Subject,
    [property: AllowedValues("waiting", "sending", "delivered", "failed")] string State,
    long Attempts,
    DateTimeOffset CreatedAt,
    DateTimeOffset? AttemptedAt,
    DateTimeOffset? NextAt,
    long? Status,
    string? Problem,
    string Payload
)
{
    public static DeliveryView Of(Delivery delivery) =>
        new(
            delivery.Id,
            delivery.Type,
            delivery.Subject,
            delivery.State,
            delivery.Attempts,
            delivery.CreatedAt.ToTime(),
            delivery.AttemptedAt?.ToTime(),
            delivery.State is "waiting" or "sending" ? delivery.NextAt.ToTime() : null,
            delivery.Status,
            delivery.Problem,
            delivery.Payload
        );
}

/// <param name="Deliveries">The newest first.</param>
/// <param name="Next">Give it as <c>before</c> to read on; null at the end.</param>
[SchemaName("WebhookDeliveries")]
internal sealed record DeliveryPage(IReadOnlyList<DeliveryView> Deliveries, string? Next);

/// <summary>Lists deliveries, a page at a time.</summary>
internal static class ReadDeliveries
{
    private const int PageSize = 50,
        LongestSearch = 100;
    private static readonly string[] States = ["waiting", "sending", "delivered", "failed"];

    public static async Task<Results<Ok<DeliveryPage>, ProblemHttpResult>> ListAsync(
        string id,
        [FromKeyedServices(WebhooksService.Name)] Database database,
        string? state,
        string? type,
        string? q,
        string? before,
        CancellationToken cancellationToken
    )
    {
        if (state is not null && !States.Contains(state))
            return Invalid($"\"state\" is none of {string.Join(", ", States)}.");
        if (type is not null && type != EventTypes.Test && !EventTypes.All.Contains(type))
            return Invalid("\"type\" is not a type of event.");
        if (q is { Length: > LongestSearch })
            return Invalid($"\"q\" is longer than {LongestSearch} characters.");
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        if (await EndpointStore.FindAsync(connection, id) is null)
            return EditEndpoints.Unknown();
        // Ids are in the order of time.
        var found = (
            await connection.QueryAsync<Delivery>(
                $"""
                select {Delivery.Columns} from deliveries where endpoint_id = @id
                {(state is null ? "" : "and state = @state")}
                {(type is null ? "" : "and type = @type")}
                {(
                    string.IsNullOrEmpty(q)
                        ? ""
                        : "and (id = @q or lower(subject) like @pattern escape '\\' or lower(payload) like @pattern escape '\\')"
                )}
                {(before is null ? "" : "and id < @before")}
                order by id desc limit {PageSize + 1}
                """,
                new
                {
                    id,
                    state,
                    type,
                    q,
                    before,
                    pattern = $"%{Escaped(q?.ToLowerInvariant())}%",
                }
            )
        ).AsList();
        var page = found.Take(PageSize).Select(DeliveryView.Of).ToList();
        return TypedResults.Ok(new DeliveryPage(page, found.Count > PageSize ? page[^1].Id : null));
    }

    private static string? Escaped(string? text) =>
        text
            ?.Replace(@"\", @"\\", StringComparison.Ordinal)
            .Replace("%", @"\%", StringComparison.Ordinal)
            .Replace("_", @"\_", StringComparison.Ordinal);

    private static ProblemHttpResult Invalid(string detail) => Problems.Of(400, "invalid-delivery-search", detail);
}
