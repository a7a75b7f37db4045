namespace Newsletter.Issues;

/// <summary>Asks Catalog and Tally what happened.</summary>
internal sealed class GatherNews(Sources sources)
{
    /// <summary>Below so many votes a share says little, and its changes nothing.</summary>
    public const int EnoughVotes = 20;
    private const double LeastPoints = 3;
    private static readonly TimeSpan Week = TimeSpan.FromDays(7);

    /// <param name="since">What came after it is new.</param>
    /// <param name="told">What of it was told all the same, and until when.</param>
    /// <returns>Null while the catalog has no tools: it has not been filled yet, which is not the same as a quiet week.</returns>
    /// <exception cref="HttpRequestException">A service is unavailable or answered with an error: better a late issue than half a
    /// one.</exception>
    public async Task<News?> SinceAsync(
        DateTimeOffset since,
        IReadOnlyDictionary<string, DateTimeOffset> told,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var tools = await sources.ToolsAsync(cancellationToken);
        if (tools.Count == 0)
            return null;
        var comparisons = await sources.ComparisonsAsync(since, cancellationToken);
        var standings = await StandingsAsync(tools, cancellationToken);
        return new News(
            [
                .. from comparison in comparisons
                where
                    comparison.PublishedAt <= now
                    && comparison.Tools.Count == 2
                    && !told.ContainsKey(FreshComparison.ItemOf(comparison.Slug))
                select new FreshComparison(
                    comparison.Slug,
                    $"{comparison.Tools[0].Name} vs {comparison.Tools[1].Name}",
                    comparison.Summary
                ),
            ],
            await MovesAsync(standings, now, cancellationToken),
            await ChangesAsync(tools, since, told, now, cancellationToken),
            standings
        );
    }

    private async Task<IReadOnlyList<RankedTool>> StandingsAsync(
        IReadOnlyList<Sources.ListedTool> tools,
        CancellationToken cancellationToken
    )
    {
        var names = tools.ToDictionary(tool => tool.Slug, tool => tool.Name);
        var tallies = await sources.TalliesAsync(names.Keys, cancellationToken);
        return
        [
            .. from tally in tallies
            where names.ContainsKey(tally.Tool) && tally is { Total: > 0, ShipPercent: not null, Interval: not null }
            select new RankedTool(
                tally.Tool,
                names[tally.Tool],
                tally.Total,
                tally.ShipPercent!.Value,
                tally.Interval!.Low,
                tally.Interval.High
            ),
        ];
    }

    // A week ago is the end of the last day that was over then; a day without votes left everything as it was.
    private async Task<IReadOnlyList<Move>> MovesAsync(
        IEnumerable<RankedTool> standings,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var moves = new List<Move>();
        foreach (var standing in standings.Where(standing => standing.Votes >= EnoughVotes))
        {
            var then = (await sources.DaysAsync(standing.Slug, cancellationToken)).LastOrDefault(day => day.At <= now - Week);
            if (then is { ShipPercent: { } share } && then.Ship + then.Skip >= EnoughVotes)
                moves.Add(new Move(standing, share));
        }

        return
        [
            .. moves
                .Where(move => Math.Abs(move.Points) >= LeastPoints)
                .OrderByDescending(move => Math.Abs(move.Points))
                .ThenByDescending(move => move.Standing.Votes)
                .ThenBy(move => move.Standing.Slug, StringComparer.Ordinal),
        ];
    }

    // Only tools edited since are asked for their history, so a week costs as many requests as it had tools edited.
    private async Task<IReadOnlyList<Changed>> ChangesAsync(
        IEnumerable<Sources.ListedTool> tools,
        DateTimeOffset since,
        IReadOnlyDictionary<string, DateTimeOffset> told,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var changed = new List<Changed>();
        foreach (var tool in tools.OrderBy(tool => tool.UpdatedAt).ThenBy(tool => tool.Slug, StringComparer.Ordinal))
        {
            var untold = told.TryGetValue(Changed.ItemOf(tool.Slug), out var until) && until > since ? until : since;
            if (tool.UpdatedAt <= untold)
                continue;
            var lines = Wording.Of(
                (await sources.ChangesAsync(tool.Slug, cancellationToken)).Where(change => change.At > untold && change.At <= now)
            );
            if (lines.Count > 0)
                changed.Add(new Changed(tool.Slug, tool.Name, lines));
        }

        return changed;
    }
}
