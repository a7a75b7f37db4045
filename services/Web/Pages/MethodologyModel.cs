namespace Web.Pages;

/// <summary>The page says the same to everyone.</summary>
public sealed record MethodologyModel;
