using Contracts;
using Microsoft.AspNetCore.SignalR;
using Tally.State;

namespace Tally.Pushing.SignalR;

/// <summary>What the hub's two methods do, whichever way the reader is connected.</summary>
internal sealed class HubCalls(Board board)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Begins to watch tools and answers how they stand now, in that order; unknown tools are left out. Pushes wait for
    /// <see cref="Reader.Activate"/>.
    /// </summary>
    /// <exception cref="HubException">No array, a malformed slug, more than 50 tools, the tallies aren't known yet, or the reader has to
    /// connect again.</exception>
    public async Task<ToolTally[]> WatchAsync(Reader reader, string[]? tools, CancellationToken cancellationToken)
    {
        var named = Named(tools);
        try
        {
            await board.Filled.WaitAsync(Patience, cancellationToken);
        }
        catch (TimeoutException late)
        {
            throw new HubException("The tallies are not known yet; try again in a few seconds.", late);
        }

        var standings =
            await reader.PrepareAsync(named)
            ?? throw new HubException(
                reader.IsDismissed
                    ? "Connect again: what this connection was shown has been corrected."
                    : $"A connection can watch at most {Reader.MostTools} tools."
            );
        return [.. standings.Select(standing => standing.Tally)];
    }

    /// <summary>Ends watching tools; those not watched are ignored.</summary>
    /// <exception cref="HubException">No array, a malformed slug, or more than 50 tools.</exception>
    public static void Unwatch(Reader reader, string[]? tools) => reader.Unwatch(Named(tools));

    // Without regard to letter case, as SignalR finds methods.
    public static bool IsWatch(string method) => method.Equals(nameof(TallyHub.Watch), StringComparison.OrdinalIgnoreCase);

    public static bool IsUnwatch(string method) => method.Equals(nameof(TallyHub.Unwatch), StringComparison.OrdinalIgnoreCase);

    internal static string[] Named(string[]? tools)
    {
        if (tools is null)
            throw new HubException("Name the tools as an array of slugs.");
        if (tools.Length > Reader.MostTools)
            throw new HubException($"A connection can watch at most {Reader.MostTools} tools.");
        if (Array.Exists(tools, tool => !Slug.IsValid(tool)))
            throw new HubException("A tool's slug has lower-case letters, digits and single hyphens, at most 80 characters.");
        return [.. tools.Distinct()];
    }
}
