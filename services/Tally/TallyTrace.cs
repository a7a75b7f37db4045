using System.Diagnostics;

namespace Tally;

/// <summary>The spans of a vote's journey through this service.</summary>
internal static class TallyTrace
{
    public static ActivitySource Source { get; } = new("Tally");
}
