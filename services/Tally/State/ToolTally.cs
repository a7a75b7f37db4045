using Contracts;
using Hosting.Description;
using MessagePack;

namespace Tally.State;

/// <summary>A tool's tally as readers see it, the same over REST, server-sent events and the hub (JSON and MessagePack).</summary>
/// <param name="Tool">The tool's slug.</param>
/// <param name="Ship">Voters whose current choice is ship.</param>
/// <param name="Skip">Voters whose current choice is skip.</param>
/// <param name="Total">Ship and skip together.</param>
/// <param name="ShipPercent">Ship of total in percent, one decimal; null while there are no votes.</param>
/// <param name="Interval">Wilson's interval at 95% around the percentage; null while there are no votes.</param>
/// <param name="Version">Grows with every change of the totals; 0 before the first vote.</param>
/// <param name="Epoch">Whose ledger the version belongs to: a restored backup begins a new epoch, and a newer epoch wins whatever the
/// version.</param>
/// <param name="Held">Votes that are not in the numbers until they have been looked into.</param>
/// <param name="Void">Votes that were removed from the numbers.</param>
/// <param name="UpdatedAt">When the ledger committed this version, UTC, cut to the minute; null before the first vote, or while not yet
/// known after a rebuild.</param>
[MessagePackObject]
[SchemaName("Tally")]
public sealed record ToolTally(
    [property: Key("tool")] string Tool,
    [property: Key("ship")] long Ship,
    [property: Key("skip")] long Skip,
    [property: Key("total")] long Total,
    [property: Key("shipPercent")] double? ShipPercent,
    [property: Key("interval")] Interval? Interval,
    [property: Key("version")] long Version,
    [property: Key("epoch")] long Epoch,
    [property: Key("held")] long Held,
    [property: Key("void")] long Void,
    [property: Key("updatedAt"), MessagePackFormatter(typeof(TimeAsText))] DateTime? UpdatedAt
)
{
    internal static ToolTally Of(ToolTotals totals)
    {
        var total = totals.Ship + totals.Skip;
        var at = totals.At == default ? (DateTime?)null : PublicTime.Of(totals.At).UtcDateTime;
        return new ToolTally(
            totals.Tool,
            totals.Ship,
            totals.Skip,
            total,
            Percent.Of(totals.Ship, total),
            Interval.Of(totals.Ship, total),
            totals.Version,
            totals.Epoch,
            totals.Held,
            totals.Void,
            at
        );
    }
}

/// <summary>The bounds of a confidence interval in percent, one decimal.</summary>
[MessagePackObject]
public sealed record Interval([property: Key("low")] double Low, [property: Key("high")] double High)
{
    internal static Interval? Of(long ship, long total) =>
        total > 0 && Wilson.Bounds(ship, total) is var (low, high) ? new Interval(Percent.Of(low), Percent.Of(high)) : null;
}
