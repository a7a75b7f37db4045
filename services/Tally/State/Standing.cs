using System.Text;
using System.Text.Json;
using Contracts;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Tally.State;

/// <summary>One state of one tool, with the bytes that go to readers: made when first needed, and then once for all of them.</summary>
/// <param name="totals">What the ledger counted, or what a message claimed.</param>
/// <param name="overrulings">How often the ledger had to overrule what this replica showed of the tool before.</param>
internal sealed class Standing(ToolTotals totals, int overrulings = 0)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
    private SerializedHubMessage? _hubMessage;
    private byte[]? _streamEvent;

    public ToolTotals Totals { get; } = totals;
    public int Overrulings { get; } = overrulings;
    public ToolTally Tally { get; } = ToolTally.Of(totals);
    public long Version => Totals.Version;

    /// <summary>True when rankings may show the tool: it has votes, and not all from a few networks.</summary>
    public bool IsRanked => Tally.Total > 0 && Breadth.Of(Totals) != false;

    /// <summary>The hub's <c>TallyChanged</c>, which keeps its bytes per protocol.</summary>
    public SerializedHubMessage HubMessage =>
        Volatile.Read(ref _hubMessage) ?? Keep(ref _hubMessage, new SerializedHubMessage(new InvocationMessage("TallyChanged", [Tally])));

    /// <summary>The event of a stream without its <c>id</c>, which differs from reader to reader and goes before it.</summary>
    public byte[] StreamEvent =>
        Volatile.Read(ref _streamEvent)
        ?? Keep(ref _streamEvent, Encoding.UTF8.GetBytes($"event: tally\ndata: {JsonSerializer.Serialize(Tally, Json)}\n\n"));

    /// <summary>True when a connection that was last given that one may be given this one: forward only, and nothing from before an
    /// overruling.</summary>
    public bool Follows(Standing? given) => given is null || Overrulings >= given.Overrulings && Totals.IsNewerThan(given.Totals);

    /// <summary>True when that one was given to a connection and was wrong: forward only, this one can't be given to it, and it has to
    /// begin again.</summary>
    public bool Overrules(Standing? given) =>
        given is not null
        && Overrulings > given.Overrulings
        && !Totals.IsNewerThan(given.Totals)
        && !TotalsOrder.SaysTheSame(Totals, given.Totals);

    private static T Keep<T>(ref T? field, T made)
        where T : class => Interlocked.CompareExchange(ref field, made, null) ?? made;
}
