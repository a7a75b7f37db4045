using System.Diagnostics;

namespace Operator.Recounting;

/// <summary>
/// Collects what the parts say: the ledger's totals, and the tallies of every replica once these have caught up with the totals.
/// </summary>
internal sealed class Claims(HttpClient http)
{
    private const int MostTools = 50;

    private sealed record Tally(string? Tool, long Ship, long Skip, long Version, long Epoch = 0);

    /// <exception cref="HttpRequestException">The replica does not answer.</exception>
    public async Task<IReadOnlyList<Claim>> TotalsAsync(Uri voting, CancellationToken cancellationToken) =>
        await SaidAsync(new Uri(voting, "api/ledger/totals"), $"totals of {voting.Authority}", cancellationToken);

    /// <summary>Asks a replica of Tally until it is as far as the totals, but no longer than the promise allows.</summary>
    /// <param name="totals">What it has to reach.</param>
    /// <returns>What it says, and what it still lacked when the time was up.</returns>
    public async Task<(IReadOnlyList<Claim> Claims, IReadOnlyList<string> Behind)> TalliesAsync(
        Uri tally,
        IReadOnlyCollection<Claim> totals,
        TimeSpan patience,
        CancellationToken cancellationToken
    )
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var claims = new List<Claim>();
            foreach (var tools in totals.Select(total => total.Tool).Distinct().Chunk(MostTools))
            {
                var query = string.Join('&', tools.Select(tool => $"tool={tool}"));
                claims.AddRange(await SaidAsync(new Uri(tally, $"api/tallies?{query}"), $"Tally {tally.Authority}", cancellationToken));
            }

            var shown = claims.ToDictionary(claim => claim.Tool, claim => (claim.Epoch, claim.Version));
            var behind = totals
                .Where(total => IsBehind(shown.GetValueOrDefault(total.Tool), total))
                .Select(total =>
                    $"Tally {tally.Authority} shows {total.Tool} at version {shown.GetValueOrDefault(total.Tool).Version}, "
                    + $"{clock.Elapsed.TotalSeconds:0} s after the ledger was at {total.Version}."
                )
                .ToList();
            if (behind.Count == 0 || clock.Elapsed > patience)
                return (claims, behind);
            await Task.Delay(TimeSpan.FromMilliseconds(250), cancellationToken);
        }
    }

    // Totals of a log are of no epoch.
    private static bool IsBehind((long Epoch, long Version) shown, Claim total) =>
        total.Epoch == 0 ? shown.Version < total.Version : shown.CompareTo((total.Epoch, total.Version)) < 0;

    /// <exception cref="UnusableException">The answer names no tool, or one twice.</exception>
    private async Task<IReadOnlyList<Claim>> SaidAsync(Uri address, string source, CancellationToken cancellationToken)
    {
        var said = await http.ReadAsync<Tally?[]>(address, cancellationToken);
        return Array.TrueForAll(said, one => one?.Tool is not null) && said.DistinctBy(one => one!.Tool).Count() == said.Length
            ? Array.ConvertAll(said, one => new Claim(source, one!.Tool!, one.Version, one.Ship, one.Skip, one.Epoch))
            : throw new UnusableException($"{address.GetLeftPart(UriPartial.Path)} does not answer with one line for each tool.");
    }
}
