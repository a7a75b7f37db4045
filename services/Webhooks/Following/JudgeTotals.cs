using System.Text.Json;
using System.Text.Json.Nodes;
using Contracts;
using Webhooks.Events;

namespace Webhooks.Following;

/// <summary>What new totals of a tool, or a new panel, amount to. Pure: the same state and totals make the same events.</summary>
internal static class JudgeTotals
{
    public static (ToldTool After, IReadOnlyList<Happening> Happened) Of(ToldTool told, ToolTotals totals)
    {
        if (totals.Epoch < told.Epoch || totals.Epoch == told.Epoch && totals.Version <= told.Version)
            return (told, []);
        var total = totals.Ship + totals.Skip;
        var side = Side(totals.Ship, total) ?? told.Side;
        var after = told with { Epoch = totals.Epoch, Version = totals.Version, Peak = Math.Max(told.Peak, total), Side = side };
        var at = PublicTime.Of(totals.At);
        var happened = new List<Happening>();
        if (after.Peak > told.Peak)
            happened.Add(
                new Happening(EventTypes.Milestone, told.Slug, [told.Slug], at, Data(told, totals)) { Votes = (told.Peak, after.Peak) }
            );
        if (told.Side is not null && side != told.Side)
        {
            var data = Data(told, totals);
            data["from"] = told.Side;
            data["to"] = side;
            happened.Add(new Happening(EventTypes.MajorityFlipped, told.Slug, [told.Slug], at, data));
        }

        return (Panel(after, at, happened), happened);
    }

    /// <summary>The tool with panel and community compared anew; that they have come to disagree is added to what happened.</summary>
    public static ToldTool Panel(ToldTool tool, DateTimeOffset at, List<Happening> happened)
    {
        var disagrees = tool is { PanelSide: { } panel, Side: { } side } && panel != side ? 1 : 0;
        if (disagrees > tool.Disagrees)
            happened.Add(
                new Happening(
                    EventTypes.CommunityDisagrees,
                    tool.Slug,
                    [tool.Slug],
                    at,
                    new JsonObject
                    {
                        ["tool"] = tool.Slug,
                        ["name"] = tool.Name,
                        ["community"] = tool.Side,
                        ["panel"] = new JsonObject
                        {
                            ["verdict"] = tool.PanelSide,
                            ["ship"] = tool.PanelShip,
                            ["skip"] = tool.PanelSkip,
                        },
                    }
                )
            );
        return tool with { Disagrees = disagrees };
    }

    // Null while the interval holds one half: then either side may have the majority.
    private static string? Side(long ship, long total)
    {
        if (total == 0)
            return null;
        var (low, high) = Wilson.Bounds(ship, total);
        return low > 0.5 ? "ship"
            : high < 0.5 ? "skip"
            : null;
    }

    private static JsonObject Data(ToldTool tool, ToolTotals totals)
    {
        var total = totals.Ship + totals.Skip;
        var data = new JsonObject
        {
            ["tool"] = tool.Slug,
            ["name"] = tool.Name,
            ["ship"] = totals.Ship,
            ["skip"] = totals.Skip,
            ["total"] = total,
            ["shipPercent"] = Percent.Of(totals.Ship, total),
        };
        if (total > 0)
        {
            var (low, high) = Wilson.Bounds(totals.Ship, total);
            data["interval"] = new JsonObject { ["low"] = Percent.Of(low), ["high"] = Percent.Of(high) };
        }

        return data;
    }
}
