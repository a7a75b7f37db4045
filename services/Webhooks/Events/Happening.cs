using System.Text.Json;
using System.Text.Json.Nodes;

namespace Webhooks.Events;

/// <summary>Something that happened, before it is known who wants to hear of it.</summary>
/// <param name="Type">One of <see cref="EventTypes.All"/>.</param>
/// <param name="Subject">What it is about, for the list of deliveries: a slug, or an issue's week.</param>
/// <param name="Tools">The tools it is about.</param>
/// <param name="At">UTC, cut to the minute where it follows from votes.</param>
/// <param name="Data">The payload's <c>data</c>.</param>
internal sealed record Happening(string Type, string Subject, IReadOnlyList<string> Tools, DateTimeOffset At, JsonObject Data)
{
    /// <summary>For milestones: the number of votes was above the first and is up to the second now.</summary>
    public (long Above, long UpTo)? Votes { get; init; }

    /// <summary>Set for what has a date of its own: endpoints that were registered later do not hear of it.</summary>
    public bool IsDated { get; init; }

    /// <summary>The payloads that a subscription is owed: none, one, or one for each milestone passed.</summary>
    public IEnumerable<string> PayloadsFor(Subscription subscription)
    {
        var conditions = subscription.Conditions ?? new Conditions();
        if (subscription.Type != Type || !conditions.Hears(Tools))
            yield break;
        if (Votes is not var (above, upTo))
        {
            yield return Payload(Type, At, Data);
            yield break;
        }

        foreach (var votes in conditions.Milestones.Where(votes => votes > above && votes <= upTo).Order())
        {
            var data = (JsonObject)Data.DeepClone();
            data["votes"] = votes;
            yield return Payload(Type, At, data);
        }
    }

    /// <summary>A payload as Standard Webhooks describes it.</summary>
    public static string Payload(string type, DateTimeOffset at, JsonObject data) =>
        new JsonObject
        {
            ["type"] = type,
            ["timestamp"] = at.UtcDateTime,
            ["data"] = data.DeepClone(),
        }.ToJsonString(JsonSerializerOptions.Web);
}
