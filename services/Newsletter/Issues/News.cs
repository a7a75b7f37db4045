namespace Newsletter.Issues;

/// <summary>What happened since the last issue, and how things stand. An issue is made of this and nothing else.</summary>
/// <param name="Comparisons">New ones, newest first.</param>
/// <param name="Moves">Whose community share changed over the last week, the biggest change first.</param>
/// <param name="Changes">Whose prices or panel verdicts editors changed.</param>
/// <param name="Standings">Every tool with a vote.</param>
internal sealed record News(IReadOnlyList<FreshComparison> Comparisons, IReadOnlyList<Move> Moves, IReadOnlyList<Changed> Changes, IReadOnlyList<Standing> Standings);

internal sealed record FreshComparison(string Slug, string Title, string? Summary);

/// <param name="Standing">Where the tool stands now.</param>
/// <param name="From">Its ship share a week ago, in percent with one decimal.</param>
internal sealed record Move(Standing Standing, double From)
{
    /// <summary>In percentage points, with one decimal, as a reader would work it out from the two shares.</summary>
    public double Points => Math.Round(Standing.ShipPercent - From, 1);
}

/// <param name="Lines">Each change in words.</param>
internal sealed record Changed(string Slug, string Name, IReadOnlyList<string> Lines);

/// <param name="ShipPercent">One decimal.</param>
/// <param name="Low">The lower bound of the share's interval, in percent: what rankings go by.</param>
internal sealed record Standing(string Slug, string Name, long Votes, double ShipPercent, double Low);
