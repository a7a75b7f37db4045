namespace Contracts;

/// <summary>
/// The durable queues messages are published to. Publisher and consumer both declare them, with the same arguments, whichever starts first:
/// a message published before its consumer ever ran waits there instead of vanishing.
/// </summary>
public static class Queues
{
    /// <summary><see cref="TotalsMoved"/> for the Tally replicas, which share the work.</summary>
    public const string TallyTotals = "tally-totals";

    /// <summary><see cref="ToolsChanged"/> for the Tally replicas.</summary>
    public const string TallyTools = "tally-tools";

    /// <summary><see cref="ToolsChanged"/> for the Voting replicas.</summary>
    public const string VotingTools = "voting-tools";

    /// <summary>
    /// <see cref="TotalsMoved"/> for the Webhooks replicas, which alone declare it and the one below: where nobody runs them, nothing
    /// gathers, and what was published before they ran they ask for.
    /// </summary>
    public const string WebhooksTotals = "webhooks-totals";

    /// <summary><see cref="ToolsChanged"/> and <see cref="ComparisonsChanged"/> for the Webhooks replicas.</summary>
    public const string WebhooksCatalog = "webhooks-catalog";

    public static IReadOnlyList<string> All { get; } = [TallyTotals, TallyTools, VotingTools, WebhooksTotals, WebhooksCatalog];

    /// <summary>
    /// The queues that take what could not be consumed from a queue: <c>_error</c> (unreadable, or refused by the consumer) and
    /// <c>_dead</c> (handed out again and again without an answer).
    /// </summary>
    public static IReadOnlyList<string> DeadLettersOf(string queue) => [$"{queue}_error", $"{queue}_dead"];
}
