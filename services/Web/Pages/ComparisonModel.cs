using Web.Parts;
using Web.Services;

namespace Web.Pages;

public sealed record ComparisonModel(
    Comparison Comparison,
    Tallies Tallies,
    IReadOnlyDictionary<string, string> Own,
    IReadOnlyList<Comparison> Related,
    IReadOnlyList<Crumb> Trail
);
