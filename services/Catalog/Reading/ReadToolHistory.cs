using System.Globalization;
using System.Text.Json;
using Catalog.Store;
using Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Catalog.Reading;

/// <summary>What readers may want to know of a tool's past: how its prices and its verdicts changed, newest first.</summary>
internal static class ReadToolHistory
{
    // Bounds the work of one request; far more edits than any tool has seen.
    private const int MostEdits = 200;

    public static Task<Results<Ok<ToolHistory>, StatusCodeHttpResult, ProblemHttpResult>> One(
        string slug,
        HttpContext context,
        CatalogStore store,
        CancellationToken cancellationToken
    ) =>
        store.ReadAsync<Results<Ok<ToolHistory>, StatusCodeHttpResult, ProblemHttpResult>>(
            async catalog =>
            {
                if (!Slug.IsValid(slug) || await catalog.ToolVersionAsync(slug) is not { } version)
                    return ReadTools.Unknown();
                if (Conditional.Has(context, Conditional.Strong(version)))
                    return Conditional.NotModified;

                var changes = new List<ToolChange>();
                foreach (var edit in await catalog.ToolEditsAsync(slug, MostEdits))
                    if (Document(edit.Previous) is { } before && Document(edit.Next) is { } after)
                        changes.AddRange(Between(StoredUnits.Time(edit.At), before, after));
                return TypedResults.Ok(new ToolHistory(slug, changes));
            },
            cancellationToken
        );

    /// <summary>
    /// The changes one edit made. Worked out when read: the edits keep whole documents, so a later idea of what matters can look back too.
    /// </summary>
    public static IEnumerable<ToolChange> Between(DateTime at, PastTool before, PastTool after)
    {
        if (before.EntryPrice != after.EntryPrice)
            yield return new(at, ChangeOf.EntryPrice, null, before.EntryPrice?.Label, after.EntryPrice?.Label);
        foreach (var (name, from, to) in Changed(before.Plans.Select(Named), after.Plans.Select(Named)))
            yield return new(at, ChangeOf.Plan, name, from, to);
        foreach (var (name, from, to) in Changed(before.Reviews.Select(Named), after.Reviews.Select(Named)))
            yield return new(at, ChangeOf.Verdict, name, from, to);
        if (before.Retired != after.Retired)
            yield return new(at, ChangeOf.Retired, null, Word(before.Retired), Word(after.Retired));
    }

    private static IEnumerable<(string Name, string? From, string? To)> Changed(
        IEnumerable<(string, string)> before,
        IEnumerable<(string, string)> after
    )
    {
        var old = before.ToDictionary();
        var now = after.ToDictionary();
        return old
            .Keys.Union(now.Keys)
            .Select(name => (name, old.GetValueOrDefault(name), now.GetValueOrDefault(name)))
            .Where(change => change.Item2 != change.Item3);
    }

    private static (string, string) Named(Plan plan) =>
        (
            plan.Name,
            plan.Amount.ToString("0.######", CultureInfo.InvariantCulture)
                + ' '
                + plan.Currency
                + (plan.Period is { } period ? " a " + StoredUnits.Text(period) : "")
        );

    private static (string, string) Named(PastReview review) => (review.Reviewer.Name, StoredUnits.Text(review.Verdict));

    private static string Word(bool retired) => retired ? "retired" : "offered";

    private static PastTool? Document(string? json) =>
        json is null ? null : JsonSerializer.Deserialize<PastTool>(json, CatalogWriter.Documents);
}
