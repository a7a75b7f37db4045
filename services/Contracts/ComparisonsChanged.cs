namespace Contracts;

/// <summary>Catalog says how some curated comparisons stand now.</summary>
public record ComparisonsChanged
{
    public required IReadOnlyList<ComparisonState> Comparisons { get; init; }
}

/// <summary>What other services need to know of a comparison.</summary>
/// <param name="Slug"><c>{a}-vs-{b}</c>, the two tools' slugs in alphabetical order.</param>
/// <param name="A">The first tool's slug.</param>
/// <param name="B">The second tool's slug.</param>
/// <param name="PublishedAt">When readers first saw it, UTC.</param>
/// <param name="Removed">True once an editor removed it.</param>
/// <param name="Version">Grows with every edit of this comparison.</param>
public record ComparisonState(string Slug, string A, string B, DateTimeOffset PublishedAt, bool Removed, long Version);
