namespace Web.Parts;

/// <param name="Path">Null for the page itself.</param>
public sealed record Crumb(string Name, string? Path);
