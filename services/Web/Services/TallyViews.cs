namespace Web.Services;

/// <summary>Wilson's 95% interval of the share that says ship, in percent.</summary>
public sealed record Interval(double Low, double High);

/// <summary>The community's verdict on one tool, as Tally shows it.</summary>
public sealed record ToolTally(
    string Tool,
    long Ship,
    long Skip,
    long Total,
    double? ShipPercent,
    Interval? Interval,
    long Version,
    DateTimeOffset? UpdatedAt,
    long Held = 0,
    long Void = 0
)
{
    /// <summary>Below this many votes the percentage says little, and the page marks it so.</summary>
    public const int Early = 10;

    public bool IsEarly => Total is > 0 and < Early;

    /// <summary>True when enough have voted, and yet neither side leads for sure: the likely range includes half and half.</summary>
    public bool IsDivided => Total >= Early && Majority is null;

    /// <summary>ship, skip, or null while chance alone could have put either ahead: the interval does not exclude 50%.</summary>
    public string? Majority =>
        Interval switch
        {
            { Low: > 50 } => "ship",
            { High: < 50 } => "skip",
            _ => null,
        };
}

/// <summary>
/// The community's verdicts on some tools. <see cref="IsUnavailable"/> when Tally did not answer: no number is shown then, least of all
/// zero.
/// </summary>
public sealed record Tallies(bool IsUnavailable, IReadOnlyDictionary<string, ToolTally> ByTool)
{
    public static readonly Tallies Unavailable = new(true, new Dictionary<string, ToolTally>());

    public static readonly Tallies None = Unavailable with { IsUnavailable = false };

    public ToolTally? Of(string tool) => ByTool.GetValueOrDefault(tool);
}

/// <summary>Where a tool stood at a bucket's end.</summary>
public sealed record HistoryPoint(DateTimeOffset At, long Ship, long Skip, double? ShipPercent);

public sealed record History(IReadOnlyList<HistoryPoint> Points);
