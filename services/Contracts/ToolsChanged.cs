namespace Contracts;

/// <summary>Catalog says how some tools stand now; a replica of the tool list takes a state only if its version is newer.</summary>
public record ToolsChanged
{
    public required IReadOnlyList<ToolState> Tools { get; init; }
}

/// <summary>What other services need to know of a tool.</summary>
/// <param name="Slug">The tool's slug, its identity everywhere.</param>
/// <param name="Name">The name readers see.</param>
/// <param name="Category">The slug of its category.</param>
/// <param name="Retired">True once an editor retired it: it takes no new votes, and keeps those it has.</param>
/// <param name="Version">Grows with every edit of this tool.</param>
public record ToolState(string Slug, string Name, string Category, bool Retired, long Version)
{
    /// <summary>
    /// What can be a tool's state at all. Whatever else a message holds is left out, so that the sound states beside it are taken.
    /// </summary>
    public static bool IsSound(ToolState? tool) =>
        tool is { Slug: not null, Name: not null, Category: not null, Version: >= 0 } && Contracts.Slug.IsValid(tool.Slug);
}
