using System.Text.Json;
using System.Text.Json.Nodes;
using Webhooks.Events;

namespace Webhooks.Following;

/// <summary>What a tool's new document amounts to. Pure: the same state and document make the same events.</summary>
internal static class JudgeTool
{
    public static (ToldTool After, IReadOnlyList<Happening> Happened) Of(ToldTool told, Sources.Tool tool)
    {
        if (tool.Version <= told.CatalogVersion)
            return (told, []);
        var prices = new PriceList(tool.EntryPrice.Label, tool.Plans.ToDictionary(plan => plan.Name, plan => plan.Price));
        var opinions = tool.Reviews.Where(review => !review.Sample).ToList();
        var after = told with
        {
            Name = tool.Name,
            CatalogVersion = tool.Version,
            Prices = JsonSerializer.Serialize(prices, JsonSerializerOptions.Web),
            Reviews = JsonSerializer.Serialize(
                opinions.ToDictionary(review => review.Reviewer.Slug, review => review.At),
                JsonSerializerOptions.Web
            ),
            PanelShip = tool.Reviews.Count(review => review.Verdict == "ship"),
            PanelSkip = tool.Reviews.Count(review => review.Verdict == "skip"),
        };
        var happened = new List<Happening>();
        // A tool that is seen for the first time has no price that changed.
        if (told.CatalogVersion >= 0 && Changes(told.Read<PriceList>(state => state.Prices), prices) is { Count: > 0 } changes)
            happened.Add(
                new Happening(
                    EventTypes.PriceChanged,
                    tool.Slug,
                    [tool.Slug],
                    tool.UpdatedAt,
                    new JsonObject
                    {
                        ["tool"] = tool.Slug,
                        ["name"] = tool.Name,
                        ["changes"] = changes,
                    }
                )
            );
        var known = told.Read<Dictionary<string, DateTimeOffset>>(state => state.Reviews);
        happened.AddRange(
            from review in opinions
            where !known.TryGetValue(review.Reviewer.Slug, out var at) || review.At > at
            orderby review.At
            select Published(tool, review)
        );
        return (JudgeTotals.Panel(after, tool.UpdatedAt, happened), happened);
    }

    private static Happening Published(Sources.Tool tool, Sources.Review review) =>
        new(
            EventTypes.ReviewPublished,
            tool.Slug,
            [tool.Slug],
            review.At,
            new JsonObject
            {
                ["tool"] = tool.Slug,
                ["name"] = tool.Name,
                ["reviewer"] = new JsonObject { ["slug"] = review.Reviewer.Slug, ["name"] = review.Reviewer.Name },
                ["verdict"] = review.Verdict,
                ["quote"] = review.Quote,
            }
        )
        {
            IsDated = true,
        };

    private static JsonArray Changes(PriceList before, PriceList after)
    {
        var changes = new JsonArray();
        if (before.Entry != after.Entry)
            changes.Add(
                new JsonObject
                {
                    ["what"] = "entryPrice",
                    ["from"] = before.Entry,
                    ["to"] = after.Entry,
                }
            );
        var (old, now) = (before.Plans ?? new Dictionary<string, string>(), after.Plans!);
        foreach (var plan in old.Keys.Union(now.Keys))
            if (old.GetValueOrDefault(plan) is var from && now.GetValueOrDefault(plan) is var to && from != to)
                changes.Add(
                    new JsonObject
                    {
                        ["what"] = "plan",
                        ["name"] = plan,
                        ["from"] = from,
                        ["to"] = to,
                    }
                );
        return changes;
    }
}
