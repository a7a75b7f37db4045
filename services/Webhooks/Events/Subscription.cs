using System.Text.Json.Serialization;
using Contracts;
using Hosting.Description;

namespace Webhooks.Events;

/// <summary>A kind of event that an endpoint hears, and when.</summary>
/// <param name="Type">What to hear of, as <c>tool.milestone</c> or <c>review.published</c>.</param>
[SchemaName("WebhookSubscription")]
internal sealed record Subscription(string? Type = null, Conditions? Conditions = null);

/// <summary>Narrows down what is heard; absent means all.</summary>
/// <param name="Tools">Slugs; at most 50. Of a comparison, one of its two tools suffices.</param>
/// <param name="Votes">For <c>tool.milestone</c>: the numbers of votes to hear of, at most 20; powers of ten from 10 by default.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
[SchemaName("WebhookConditions")]
internal sealed record Conditions(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Tools = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<long>? Votes = null
)
{
    private const int MostMilestones = 20;
    private const long HighestMilestone = 1_000_000_000;
    private static readonly long[] UsualMilestones = [10, 100, 1_000, 10_000, 100_000, 1_000_000];

    [JsonIgnore]
    public IReadOnlyList<long> Milestones => Votes is { Count: > 0 } ? Votes : UsualMilestones;

    /// <summary>Whether an event about these tools is heard. An event about none is.</summary>
    public bool Hears(IReadOnlyList<string> tools) => Tools is not { Count: > 0 } || tools.Count == 0 || tools.Any(Tools.Contains);

    /// <returns>What is wrong, as the end of a sentence that names the field; null when nothing is.</returns>
    public string? Problem(string type) =>
        this switch
        {
            { Tools.Count: > 0 } when type == EventTypes.NewsletterPublished => "tools: an issue is about no single tool",
            { Tools.Count: > Limits.ToolsAtOnce } => $"tools: more than {Limits.ToolsAtOnce}",
            { Tools: { } tools } when tools.FirstOrDefault(tool => !Slug.IsValid(tool)) is not null => "tools: one is not a tool's slug",
            { Tools: { } tools } when tools.Contains(null!) => "tools: one is null",
            { Votes: not null } when type != EventTypes.Milestone => $"votes: only {EventTypes.Milestone} has milestones",
            { Votes.Count: > MostMilestones } => $"votes: more than {MostMilestones} numbers",
            { Votes: { } votes } when votes.Any(number => number is < 1 or > HighestMilestone) =>
                $"votes: one is not a whole number from 1 to {HighestMilestone}",
            { Votes: { } votes } when votes.Distinct().Count() < votes.Count => "votes: one is there twice",
            _ => null,
        };
}
