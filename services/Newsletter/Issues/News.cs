namespace Newsletter.Issues;

/// <summary>What happened since the last issue, and how things stand. An issue is made of this and nothing else.</summary>
/// <param name="Comparisons">New ones, newest first.</param>
/// <param name="Moves">Whose community share changed over the last week, the biggest change first.</param>
/// <param name="Changes">Whose prices or panel verdicts editors changed, the longest untold first.</param>
/// <param name="Standings">Every tool with votes from enough networks.</param>
internal sealed record News(
    IReadOnlyList<FreshComparison> Comparisons,
    IReadOnlyList<Move> Moves,
    IReadOnlyList<Changed> Changes,
    IReadOnlyList<RankedTool> Standings
);

internal sealed record FreshComparison(string Slug, string Title, string? Summary)
{
    public string Item => ItemOf(Slug);

    /// <summary>What an issue's list of told news calls it.</summary>
    public static string ItemOf(string slug) => $"comparison:{slug}";
}

/// <param name="Standing">Where the tool stands now.</param>
/// <param name="From">Its ship share a week ago, in percent with one decimal.</param>
internal sealed record Move(RankedTool Standing, double From)
{
    /// <summary>In percentage points, with one decimal, as a reader would work it out from the two shares.</summary>
    public double Points => Math.Round(Standing.ShipPercent - From, 1);
}

/// <param name="Lines">Each change in words.</param>
internal sealed record Changed(string Slug, string Name, IReadOnlyList<string> Lines)
{
    public string Item => ItemOf(Slug);

    public static string ItemOf(string slug) => $"tool:{slug}";
}

/// <param name="ShipPercent">One decimal.</param>
/// <param name="Low">The lower bound of the share's interval, in percent: what rankings go by.</param>
/// <param name="High">The upper bound.</param>
internal sealed record RankedTool(string Slug, string Name, long Votes, double ShipPercent, double Low, double High)
{
    /// <summary>Below so many votes a share says little.</summary>
    private const int Early = 10;

    public bool IsEarly => Votes < Early;

    /// <summary>True when enough voted and neither side has a majority that could not be chance.</summary>
    public bool IsDivided => Votes >= GatherNews.EnoughVotes && Low <= 50 && High >= 50;
}
