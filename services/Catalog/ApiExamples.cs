using Catalog.Editing;

namespace Catalog;

/// <summary>What the API's description shows. Typed, so that an example can't differ from what the API takes.</summary>
internal static class ApiExamples
{
    public static readonly ToolEdit ToolEdit = new(
        "Example Assistant",
        "Writes the tests you meant to write.",
        "Example Labs",
        new CategoryEdit("developer-tools"),
        "Reads a repository and proposes tests for what is not covered.",
        "https://example.com",
        "Free for one person; teams pay for each seat.",
        new PriceEdit("Free", 0, "USD"),
        [new PlanEdit("Team", 20, "USD", "month")]
    );
}
