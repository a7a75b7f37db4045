using Contracts;
using Microsoft.AspNetCore.SignalR;

namespace Tally;

/// <summary>The live tallies at <c>/hubs/tallies</c>. The server sends <c>TallyChanged(ToolTally)</c> for every watched tool that moves.</summary>
internal sealed class TallyHub(Board board) : Hub
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private Reader? _prepared;

    /// <summary>Begins to watch tools and answers how they stand now, in that order; unknown tools are left out. To be invoked again after every reconnect.</summary>
    /// <exception cref="HubException">No array, a malformed slug, more than 50 tools, or the tallies aren't known yet.</exception>
    public async Task<ToolTally[]> Watch(string[]? tools)
    {
        var named = Named(tools);
        try
        {
            await board.Filled.WaitAsync(Patience, Context.ConnectionAborted);
        }
        catch (TimeoutException late)
        {
            throw new HubException("The tallies are not known yet; try again in a few seconds.", late);
        }

        var reader = Own;
        var standings = await reader.PrepareAsync(named)
            ?? throw new HubException($"A connection can watch at most {Reader.MostTools} tools.");
        _prepared = reader;
        return [.. standings.Select(standing => standing.Tally)];
    }

    /// <summary>Ends watching tools; those not watched are ignored.</summary>
    /// <exception cref="HubException">No array, a malformed slug, or more than 50 tools.</exception>
    public void Unwatch(string[]? tools) => Own.Unwatch(Named(tools));

    private Reader Own => Context.Features.Get<Reader>()!;

    // SignalR writes an invocation's result first and then disposes the hub it made for it. So pushes begin here, and can't overtake the
    // snapshot; a delay after the method's return would only make that likely.
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _prepared?.Activate();
        base.Dispose(disposing);
    }

    private static string[] Named(string[]? tools)
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
