namespace Webhooks.Deliveries;

/// <summary>A delivery as it is stored; times in Unix milliseconds.</summary>
/// <param name="Id">The message's id.</param>
/// <param name="Subject">What it is about: a slug, or an issue's week.</param>
/// <param name="State"><c>waiting</c>, <c>sending</c>, <c>delivered</c> or <c>failed</c>.</param>
/// <param name="Attempts">Begun so far.</param>
/// <param name="NextAt">When it is due; while it is sent, the end of the lease.</param>
/// <param name="Status">What the receiver answered last.</param>
internal sealed record Delivery(
    string Id,
    string EndpointId,
    string Type,
    string Subject,
    string Payload,
    string State,
    long Attempts,
    long CreatedAt,
    long NextAt,
    long? AttemptedAt,
    long? Status,
    string? Problem
)
{
    public const string Columns = """
        id, endpoint_id as endpointid, type, subject, payload, state, attempts, created_at as createdat, next_at as nextat,
        attempted_at as attemptedat, status, problem
        """;
}
