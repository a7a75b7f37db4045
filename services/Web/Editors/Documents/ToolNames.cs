using Web.Services;

namespace Web.Editors.Documents;

internal static class ToolNames
{
    /// <summary>What tools are called, by slug: those readers see, and those that are only drafts.</summary>
    public static IReadOnlyDictionary<string, string> Of(IReadOnlyList<ToolLine> tools, IEnumerable<DraftLine> drafts) =>
        tools
            .Select(tool => (tool.Slug, tool.Name))
            .Concat(drafts.Where(IsNewTool).Select(draft => (draft.Slug, Name: draft.Name ?? draft.Slug)))
            .DistinctBy(tool => tool.Slug)
            .ToDictionary();

    /// <summary>Whether it is the draft of a tool that readers can't see yet.</summary>
    public static bool IsNewTool(DraftLine draft) => draft.New && draft.Kind == DocumentKind.Tools.Name;
}
