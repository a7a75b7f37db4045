namespace Webhooks.Events;

/// <summary>What an endpoint may ask to hear; the names are part of the public contract.</summary>
internal static class EventTypes
{
    public const string Milestone = "tool.milestone";
    public const string MajorityFlipped = "tool.majority_flipped";
    public const string CommunityDisagrees = "panel.community_disagree";
    public const string PriceChanged = "price.changed";
    public const string ReviewPublished = "review.published";
    public const string ComparisonPublished = "comparison.published";
    public const string NewsletterPublished = "newsletter.published";

    /// <summary>What the test button sends; nobody subscribes to it.</summary>
    public const string Test = "webhook.test";

    public static IReadOnlyList<string> All { get; } =
    [Milestone, MajorityFlipped, CommunityDisagrees, PriceChanged, ReviewPublished, ComparisonPublished, NewsletterPublished];
}
