namespace Web;

public sealed record ComparisonModel(
    Comparison Comparison, Tallies Tallies, IReadOnlyDictionary<string, string> Own, IReadOnlyList<Crumb> Trail);
