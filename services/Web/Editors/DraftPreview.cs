using System.Text.Json;
using System.Text.Json.Nodes;

namespace Web.Editors;

/// <summary>A draft on the very page readers will get, without what only readers can do.</summary>
internal static class DraftPreview
{
    public static IResult Show(HttpContext context, Kind of, JsonNode composed)
    {
        var head = Desk.Head(context, $"Preview: {of.Slug}") with { Preview = of.Form };
        var none = Tallies.None;
        if (of.Name == "comparisons")
        {
            var comparison = composed.Deserialize<Comparison>(JsonSerializerOptions.Web)!;
            return Page.Of<Pages.ComparisonPage, ComparisonModel>(head, new(comparison, none, new Dictionary<string, string>(), [], [new("Editors’ desk", "/admin"), new(comparison.Title, null)]));
        }

        var tool = composed.Deserialize<Tool>(JsonSerializerOptions.Web)!;
        var clock = context.RequestServices.GetRequiredService<TimeProvider>();
        return Page.Of<Pages.ToolPage, ToolModel>(head, new(
            tool, none, null, new Trace([], none.Of(tool.Slug), clock.GetUtcNow(), false), [], [], [], [new("Editors’ desk", "/admin"), new(tool.Name, null)]));
    }
}
