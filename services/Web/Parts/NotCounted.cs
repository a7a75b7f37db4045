using System.Globalization;
using Web.Services;

namespace Web.Parts;

/// <summary>Why a reader's own vote is not in the numbers, in the words of panel.js.</summary>
public static class NotCounted
{
    /// <returns>One or two sentences; null for a vote that counts.</returns>
    public static string? Say(OwnVote? vote) =>
        vote switch
        {
            { State: "void" } => "Not counted: it belongs to a group of votes that was taken out.",
            { State: "held" } => $"Recorded, not counted yet: {Reason(vote.Reason)}.{By(vote.DecidedBy)}",
            _ => null,
        };

    /// <summary>The reader's vote on a tool, as Voting told it for this request.</summary>
    public static OwnVote? Own(HttpContext? context, string tool) =>
        context?.Features.Get<IReadOnlyList<OwnVote>>()?.FirstOrDefault(vote => vote.Tool == tool);

    private static string Reason(string? reason) =>
        reason switch
        {
            "crowded-network" => "many first votes came from your network",
            "concentrated" => "many votes came from few networks and differ from the others",
            "one-network" => "many votes came from your network and differ from the others",
            "sleepers" => "many voters who had never voted did so at once",
            "velocity" => "far more first votes than usual came in",
            _ => "we are looking into a group of votes that it belongs to",
        };

    private static string By(DateTimeOffset? decidedBy) =>
        decidedBy is { } at ? at.UtcDateTime.ToString("' We decide by' HH:mm 'UTC on' MMMM d.", CultureInfo.InvariantCulture) : "";
}
