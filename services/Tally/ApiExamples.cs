using System.Text.Json.Nodes;
using Tally.Reading;
using Tally.State;

namespace Tally;

/// <summary>What the API's description shows. Typed, so that an example can't differ from what the API answers.</summary>
internal static class ApiExamples
{
    private static readonly DateTime At = new(2026, 11, 27, 10, 4, 0, DateTimeKind.Utc);

    public static readonly ToolTally Tally = new("cursor-2-0", 12, 3, 15, 80.0, new Interval(54.8, 93.0), 15, 1, 0, 0, At);

    public static readonly TallyHistory History = new("cursor-2-0", Bucket.Hour, [new TallyPoint(At.AddMinutes(56), 12, 3, 80.0)]);

    private const string Numbers = """
        "ship":12,"skip":3,"total":15,"shipPercent":80.0,"interval":{"low":54.8,"high":93.0}
        """;

    public const string Stream = $$"""
        retry: 1000

        id: 1 cursor-2-0=15
        event: tally
        data: {"tool":"cursor-2-0",{{Numbers}},"version":15,"epoch":1,"held":0,"void":0,"updatedAt":"2026-11-27T10:04:00Z"}


        """;

    public static JsonArray Tools => ["cursor-2-0", "smolvlm2-2b"];
}
