using Microsoft.AspNetCore.SignalR;
using Tally.State;

namespace Tally.Pushing.SignalR;

/// <summary>
/// The live tallies at <c>/hubs/tallies</c>. The server sends <c>TallyChanged(ToolTally)</c> for every watched tool that moves. Readers who
/// skip the negotiation are served by the direct sockets instead, unless those are switched off.
/// </summary>
internal sealed class TallyHub(HubCalls calls) : Hub
{
    private Reader? _prepared;

    /// <summary>Begins to watch tools and answers how they stand now. To be invoked again after every reconnect.</summary>
    /// <exception cref="HubException">As <see cref="HubCalls.WatchAsync"/>.</exception>
    public async Task<ToolTally[]> Watch(string[]? tools)
    {
        var standings = await calls.WatchAsync(Own, tools, Context.ConnectionAborted);
        _prepared = Own;
        return standings;
    }

    /// <summary>Ends watching tools; those not watched are ignored.</summary>
    /// <exception cref="HubException">As <see cref="HubCalls.Unwatch"/>.</exception>
    public void Unwatch(string[]? tools) => HubCalls.Unwatch(Own, tools);

    private Reader Own => Context.Features.Get<Reader>()!;

    // SignalR writes an invocation's result first and then disposes the hub it made for it. So pushes begin here, and can't overtake the
    // snapshot; a delay after the method's return would only make that likely.
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _prepared?.Activate();
        base.Dispose(disposing);
    }
}
