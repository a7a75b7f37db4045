using Hosting.Description;
using Hosting.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Webhooks.Events;
using Webhooks.Sending;
using Webhooks.Signing;

namespace Webhooks.Endpoints;

/// <param name="Url">An https address, at most 1,000 characters.</param>
/// <param name="Events">What to hear; at least one, each type once.</param>
[SchemaName("WebhookRegistration")]
internal sealed record EndpointEdit(string? Url = null, IReadOnlyList<Subscription>? Events = null);

/// <summary>Editors list, register and delete endpoints, and change their secrets.</summary>
internal static class EditEndpoints
{
    private const int LongestUrl = 1000;

    public static async Task<Ok<EndpointList>> ListAsync(EndpointStore endpoints, KeySeal seal, CancellationToken cancellationToken) =>
        TypedResults.Ok(
            new EndpointList([
                .. from endpoint in await endpoints.AllAsync(cancellationToken)
                select EndpointView.Of(endpoint, seal.Open(endpoint.Id, endpoint.Keys)),
            ])
        );

    public static async Task<Results<Created<EndpointView>, ProblemHttpResult>> RegisterAsync(
        EndpointEdit edit,
        EndpointStore endpoints,
        AddressGuard guard,
        ILogger<EndpointStore> logger,
        CancellationToken cancellationToken
    )
    {
        var url = Parse(edit.Url);
        if (url is null)
            return Problems.Of(
                400,
                "invalid-webhook-url",
                $"\"url\" is not an absolute https address of at most {LongestUrl} characters without user name and fragment."
            );
        if (guard.Problem(url) is { } refused)
            return Problems.Of(400, "refused-webhook-url", refused);
        if (Problem(edit.Events) is { } problem)
            return Problems.Of(400, "invalid-webhook-events", problem);
        if (await endpoints.AddAsync(url, edit.Events!, cancellationToken) is not var (endpoint, keys))
            return Problems.Of(409, "too-many-webhooks", $"There are {EndpointStore.Most} endpoints, which is as many as there may be.");
        Log.EndpointChanged(logger, endpoint.Id, "registered");
        return TypedResults.Created($"/api/webhooks/{endpoint.Id}", EndpointView.Of(endpoint, keys, withSecret: true));
    }

    public static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        string id,
        EndpointStore endpoints,
        ILogger<EndpointStore> logger,
        CancellationToken cancellationToken
    )
    {
        if (!await endpoints.RemoveAsync(id, cancellationToken))
            return Unknown();
        Log.EndpointChanged(logger, id, "deleted");
        return TypedResults.NoContent();
    }

    public static async Task<Results<Ok<EndpointView>, ProblemHttpResult>> RotateAsync(
        string id,
        EndpointStore endpoints,
        ILogger<EndpointStore> logger,
        CancellationToken cancellationToken
    )
    {
        if (await endpoints.RotateAsync(id, cancellationToken) is not var (endpoint, keys))
            return Unknown();
        Log.EndpointChanged(logger, id, "given new keys");
        return TypedResults.Ok(EndpointView.Of(endpoint, keys, withSecret: true));
    }

    public static async Task<Results<Ok<EndpointView>, ProblemHttpResult>> EnableAsync(
        string id,
        EndpointStore endpoints,
        KeySeal seal,
        WorkSignals signals,
        ILogger<EndpointStore> logger,
        CancellationToken cancellationToken
    )
    {
        if (await endpoints.EnableAsync(id, cancellationToken) is not { } endpoint)
            return Unknown();
        Log.EndpointChanged(logger, id, "enabled");
        signals.Deliveries.Set();
        return TypedResults.Ok(EndpointView.Of(endpoint, seal.Open(id, endpoint.Keys)));
    }

    public static ProblemHttpResult Unknown() => Problems.Of(404, "unknown-webhook", "There is no endpoint with this id.");

    private static Uri? Parse(string? url) =>
        url is { Length: <= LongestUrl }
        && Uri.TryCreate(url, UriKind.Absolute, out var parsed)
        && parsed.Scheme is "https" or "http"
        && parsed is { UserInfo: "", Fragment: "", Host.Length: > 0 }
            ? parsed
            : null;

    private static string? Problem(IReadOnlyList<Subscription>? events)
    {
        if (events is not { Count: > 0 } || events.Contains(null!))
            return "\"events\" is not a list of at least one event.";
        foreach (var (type, conditions) in events)
        {
            if (type is null || !EventTypes.All.Contains(type))
                return $"A type in \"events\" is none of {string.Join(", ", EventTypes.All)}.";
            if (conditions?.Problem(type) is { } problem)
                return $"The conditions of {type} can't be met. {problem}.";
        }

        return events.DistinctBy(subscription => subscription.Type).Count() < events.Count ? "A type is twice in \"events\"." : null;
    }
}
