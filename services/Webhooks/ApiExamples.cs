using Webhooks.Endpoints;
using Webhooks.Events;

namespace Webhooks;

/// <summary>What the API's description shows. Typed, so that an example can't differ from what the API takes and answers.</summary>
internal static class ApiExamples
{
    private static readonly Subscription[] Events = [new(EventTypes.Milestone, new Conditions(["cursor-2-0"], [100, 1000]))];

    public static readonly EndpointEdit Registration = new("https://publisher.example/hooks/verdicts", Events);

    public static readonly EndpointView Registered = new(
        "wh_0199f3a1c5d27c0e9a7b3f1d2e4c5b6a",
        "https://publisher.example/hooks/verdicts",
        Events,
        "enabled",
        null,
        "whpk_…",
        new DateTimeOffset(2026, 11, 27, 10, 4, 0, TimeSpan.Zero),
        null,
        "whsec_…"
    );
}
