using System.Text.Json;
using Webhooks.Events;

namespace Webhooks.Endpoints;

/// <summary>An endpoint as it is stored; times in Unix milliseconds.</summary>
/// <param name="Events">Its subscriptions as JSON.</param>
/// <param name="Keys">Sealed; see <see cref="Signing.KeySeal"/>.</param>
/// <param name="FormerKeys">Sign as well until <paramref name="FormerUntil"/>, so that a receiver can change its secret
/// unhurriedly.</param>
/// <param name="FailingSince">Null while it works.</param>
/// <param name="DisabledReason"><c>gone</c> or <c>failing</c>; null while it is enabled.</param>
internal sealed record StoredEndpoint(
    string Id,
    string Url,
    string Events,
    string Keys,
    string? FormerKeys,
    long? FormerUntil,
    long CreatedAt,
    long? FailingSince,
    long? DisabledAt,
    string? DisabledReason
)
{
    public const string Columns = """
        id, url, events, keys, former_keys as formerkeys, former_until as formeruntil, created_at as createdat,
        failing_since as failingsince, disabled_at as disabledat, disabled_reason as disabledreason
        """;

    public IReadOnlyList<Subscription> Subscriptions => JsonSerializer.Deserialize<Subscription[]>(Events, JsonSerializerOptions.Web)!;
}
