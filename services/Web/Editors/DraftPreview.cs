using System.Text.Json;
using System.Text.Json.Nodes;
using Web.Editors.Documents;
using Web.Pages;
using Web.Parts;
using Web.Services;

namespace Web.Editors;

/// <summary>A draft on the very page readers will get, without what only readers can do.</summary>
internal static class DraftPreview
{
    /// <param name="missing">How many fields are still to be mended before it can be published.</param>
    public static IResult Show(HttpContext context, EditForm form, JsonNode composed, int missing)
    {
        var head = Desk.Head(context, $"Preview: {form.Slug}") with { Preview = form.Address, Missing = missing };
        // No votes yet, as readers will find it: those of a tool that is out already are not this page's to show.
        Tallies None(params IEnumerable<string> tools) =>
            new(false, tools.ToDictionary(tool => tool, tool => new ToolTally(tool, 0, 0, 0, null, null, 0, null)));
        if (form.Kind == DocumentKind.Comparisons)
        {
            var comparison = composed.Deserialize<Comparison>(JsonSerializerOptions.Web)!;
            return Page.Of<ComparisonPage, ComparisonModel>(
                head,
                new(
                    comparison,
                    None(comparison.Tools.Select(tool => tool.Slug)),
                    new Dictionary<string, string>(),
                    [],
                    [new("Editors’ desk", "/admin"), new(comparison.Title, null)]
                )
            );
        }

        var tool = composed.Deserialize<Tool>(JsonSerializerOptions.Web)!;
        var clock = context.RequestServices.GetRequiredService<TimeProvider>();
        return Page.Of<ToolPage, ToolModel>(
            head,
            new(
                tool,
                None(tool.Slug),
                null,
                null,
                null,
                new Sparkline([], null, clock.GetUtcNow(), false),
                [],
                [],
                [],
                [new("Editors’ desk", "/admin"), new(tool.Name, null)]
            )
        );
    }
}
