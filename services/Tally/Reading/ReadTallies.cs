using Contracts;
using Hosting.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Tally.State;

namespace Tally.Reading;

/// <summary>The reads of one tool, several tools, and the rankings; all answered from the board.</summary>
internal static class ReadTallies
{
    private const int MostRanked = 100;

    /// <summary>404, here and in the other reads of a tool.</summary>
    public static ProblemHttpResult Unknown(string? slug = null) =>
        Problems.Of(404, "unknown-tool", slug is null ? "There is no tool with this slug." : $"There is no tool '{slug}'.");

    public static Results<Ok<ToolTally>, ProblemHttpResult> One(HttpContext context, string tool, Board board)
    {
        if (NotYet(context, board) is { } refusal)
            return refusal;
        return board.Find(tool) is { } line ? TypedResults.Ok(line.Newest.Tally) : Unknown();
    }

    public static Results<Ok<ToolTally[]>, ProblemHttpResult> Several(
        HttpContext context,
        [FromQuery] string[] tool,
        [FromQuery] bool? ranked,
        Board board
    )
    {
        if (Refuse(context, tool, board) is { } refusal)
            return refusal;
        return TypedResults.Ok(
            tool.Distinct()
                .Select(board.Find)
                .OfType<Board.Line>()
                .Select(line => line.Newest)
                .Where(standing => ranked != true || standing.IsRanked)
                .Select(standing => standing.Tally)
                .ToArray()
        );
    }

    public static Results<Ok<ToolTally[]>, ProblemHttpResult> Top(HttpContext context, int? limit, Board board) =>
        Ranked(context, limit, board, tallies => tallies.OrderByDescending(tally => Wilson.Low(tally.Ship, tally.Total)));

    /// <summary>Nearest to half and half first.</summary>
    public static Results<Ok<ToolTally[]>, ProblemHttpResult> Divided(HttpContext context, int? limit, Board board) =>
        Ranked(context, limit, board, tallies => tallies.OrderBy(tally => Math.Abs((double)tally.Ship / tally.Total - 0.5)));

    /// <summary>Why a list of tools can't be answered, or null.</summary>
    public static ProblemHttpResult? Refuse(HttpContext context, string[] tools, Board board)
    {
        if (tools.Distinct().Skip(Limits.ToolsAtOnce).Any())
            return Problems.Of(400, "too-many-tools", $"At most {Limits.ToolsAtOnce} tools can be named at once.");
        if (Array.Exists(tools, tool => !Slug.IsValid(tool)))
            return Problems.Of(
                400,
                "malformed-slug",
                $"A tool's slug has lower-case letters, digits and single hyphens, at most {Slug.MaxLength} characters."
            );
        return NotYet(context, board);
    }

    /// <summary>Refuses while the known tools aren't known: "unknown tool" would be a guess.</summary>
    public static ProblemHttpResult? NotYet(HttpContext context, Board board)
    {
        if (!board.Filled.IsCompleted)
            return Problems.Retry(context, 503, "tallies-not-ready", "The tallies are not known yet.", 1);
        if (board.Age is { } age)
            context.Response.Headers["Tally-Age"] = ((long)age.TotalSeconds).ToString();
        return null;
    }

    private static Results<Ok<ToolTally[]>, ProblemHttpResult> Ranked(
        HttpContext context,
        int? limit,
        Board board,
        Func<IEnumerable<ToolTally>, IOrderedEnumerable<ToolTally>> order
    )
    {
        if (limit is < 1 or > MostRanked)
            return Problems.Of(400, "limit-out-of-range", $"The limit is a number from 1 to {MostRanked}.");
        if (NotYet(context, board) is { } refusal)
            return refusal;
        var voted = board.All.Where(standing => standing.IsRanked).Select(standing => standing.Tally);
        // The slug decides last, so that replicas agree on ties.
        return TypedResults.Ok(
            order(voted)
                .ThenByDescending(tally => tally.Total)
                .ThenBy(tally => tally.Tool, StringComparer.Ordinal)
                .Take(limit ?? 10)
                .ToArray()
        );
    }
}
