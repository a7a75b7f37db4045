using System.Diagnostics;

namespace Voting;

/// <summary>The spans of a vote's journey through this service.</summary>
internal static class VotingTrace
{
    public static ActivitySource Source { get; } = new("Voting");
}
