using Contracts;
using Hosting.Text;
using Web.Parts;
using Web.Services;

namespace Web.Pages;

/// <summary>
/// What the reader asked the tool index for. Values it does not know mean "no such filter", since a shared link must not end in an error.
/// </summary>
public sealed record ToolQuery(string Q, string Category, string Price, string Verdict, string Sort, int Page)
{
    public const int MaxLength = 80;

    /// <summary>The first is the default: what matches a search best, and everything by name.</summary>
    public static readonly IReadOnlyList<(string Value, string Label)> Sorts =
    [
        ("", "Best match"),
        ("name", "Name"),
        ("newest", "Newest"),
        ("panel", "Panel ship %"),
        ("community", "Community, surest first"),
        ("price", "Entry price"),
    ];

    public static readonly IReadOnlyList<(string Value, string Label)> Prices =
    [
        ("", "Any price"),
        ("free", "Free to start"),
        ("paid", "Paid only"),
    ];

    public static readonly IReadOnlyList<(string Value, string Label)> Verdicts =
    [
        ("", "Any verdict"),
        ("panel-ship", "Panel says ship"),
        ("panel-skip", "Panel says skip"),
        ("community-ship", "Community says ship"),
        ("community-skip", "Community says skip"),
        ("disagree", "Panel and community disagree"),
    ];

    public static ToolQuery From(IQueryCollection query)
    {
        var q = new string([.. query["q"].ToString().Where(c => !char.IsControl(c))]).Cut(MaxLength).Trim();
        var category = query["category"].ToString();
        return new ToolQuery(
            q,
            Slug.IsValid(category) ? category : "",
            Known(Prices, query["price"]),
            Known(Verdicts, query["verdict"]),
            Known(Sorts, query["sort"]),
            int.TryParse(query["page"], out var page) && page is > 0 and < 10_000 ? page : 1
        );
    }

    /// <summary>True when Catalog can't answer alone: its lists know no votes and no price filter.</summary>
    public bool NeedsAll => Price.Length > 0 || Verdict.Length > 0 || Sort == "community";

    public bool IsFiltered => Q.Length > 0 || Category.Length > 0 || Price.Length > 0 || Verdict.Length > 0;

    public string At(int page)
    {
        var parts = new Dictionary<string, string?>
        {
            ["q"] = Q,
            ["category"] = Category,
            ["price"] = Price,
            ["verdict"] = Verdict,
            ["sort"] = Sort,
            ["page"] = page > 1 ? page.ToString() : "",
        };
        return "/tools" + QueryString.Create(parts.Where(part => part.Value!.Length > 0));
    }

    public bool Takes(Tool tool, ToolTally? tally) =>
        Price switch
        {
            "free" => tool.EntryPrice.Amount is 0,
            "paid" => tool.EntryPrice.Amount is not 0,
            _ => true,
        }
        && Verdict switch
        {
            "panel-ship" => tool.Panel.Majority == "ship",
            "panel-skip" => tool.Panel.Majority == "skip",
            "community-ship" => tally?.Majority == "ship",
            "community-skip" => tally?.Majority == "skip",
            "disagree" => Wording.Disagree(tool.Panel, tally),
            _ => true,
        };

    private static string Known(IReadOnlyList<(string Value, string Label)> known, string? asked) =>
        known.FirstOrDefault(choice => choice.Value == asked).Value ?? "";
}
