using System.Text;
using System.Text.Json;
using Contracts;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Tally;

/// <summary>One state of one tool, with the bytes that go to readers: made when first needed, and then once for all of them.</summary>
internal sealed class Standing(ToolTotals totals)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
    private SerializedHubMessage? _hubMessage;
    private byte[]? _streamEvent;

    public ToolTotals Totals { get; } = totals;
    public ToolTally Tally { get; } = ToolTally.Of(totals);
    public long Version => Totals.Version;

    /// <summary>The hub's <c>TallyChanged</c>, which keeps its bytes per protocol.</summary>
    public SerializedHubMessage HubMessage =>
        Volatile.Read(ref _hubMessage) ?? Keep(ref _hubMessage, new SerializedHubMessage(new InvocationMessage("TallyChanged", [Tally])));

    public byte[] StreamEvent =>
        Volatile.Read(ref _streamEvent)
        ?? Keep(ref _streamEvent, Encoding.UTF8.GetBytes($"event: tally\nid: {Tally.Tool}:{Version}\ndata: {JsonSerializer.Serialize(Tally, Json)}\n\n"));

    private static T Keep<T>(ref T? field, T made) where T : class => Interlocked.CompareExchange(ref field, made, null) ?? made;
}
