using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Hosting.Description;
using Webhooks.Events;
using Webhooks.Signing;

namespace Webhooks.Endpoints;

/// <summary>An endpoint as editors see it.</summary>
/// <param name="Status"><c>enabled</c>, <c>failing</c> or <c>disabled</c>.</param>
/// <param name="Notice">What an editor should know, in a sentence; null while it works.</param>
/// <param name="PublicKey"><c>whpk_…</c>: verifies <c>v1a</c> signatures. Null when its keys can't be read.</param>
/// <param name="FailingSince">When the failures began that no success has ended.</param>
/// <param name="Secret"><c>whsec_…</c>: verifies <c>v1</c> signatures. Only in the answer that makes it.</param>
[SchemaName("Webhook")]
internal sealed record EndpointView(
    string Id,
    string Url,
    IReadOnlyList<Subscription> Events,
    [property: AllowedValues("enabled", "failing", "disabled")] string Status,
    string? Notice,
    string? PublicKey,
    DateTimeOffset CreatedAt,
    DateTimeOffset? FailingSince,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Secret = null
)
{
    public static EndpointView Of(StoredEndpoint endpoint, SigningKeys? keys, bool withSecret = false) =>
        new(
            endpoint.Id,
            endpoint.Url,
            endpoint.Subscriptions,
            endpoint.DisabledAt is not null ? "disabled"
                : endpoint.FailingSince is not null ? "failing"
                : "enabled",
            keys is null
                ? "Its keys can't be read: the setting Webhooks:SecretKeys has changed. Delete it and register it again."
                : Say(endpoint),
            keys?.PublicKey,
            endpoint.CreatedAt.ToTime(),
            endpoint.FailingSince?.ToTime(),
            withSecret ? keys?.Secret : null
        );

    private static string? Say(StoredEndpoint endpoint) =>
        endpoint switch
        {
            { DisabledReason: "gone" } => "Disabled: it answered 410 Gone. Nothing is sent until you enable it again.",
            { DisabledAt: not null } => "Disabled: it failed for five days. Nothing is sent until you enable it again.",
            { FailingSince: { } since } =>
                $"Failing since {since.ToTime():yyyy-MM-dd HH:mm} UTC. Deliveries are tried again for three days.",
            _ => null,
        };
}

/// <param name="Webhooks">The oldest first.</param>
[SchemaName("Webhooks")]
internal sealed record EndpointList(IReadOnlyList<EndpointView> Webhooks);
