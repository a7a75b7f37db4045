using System.Net;
using Operator.Recounting;

namespace Operator.PublicLog;

/// <param name="Checked">Tallies at exactly the version that the log ends with.</param>
internal sealed record TallyFindings(int Checked, IReadOnlyList<string> Wrongs);

/// <summary>Where the tallies that readers see are asked for.</summary>
/// <param name="Required">False where a log may be served without a site beside it.</param>
internal sealed record LogTallies(IReadOnlyList<Uri> Replicas, bool Required)
{
    // The promise Exact allows ten seconds after a fault's end.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>A tally may be ahead of the log, and must not be behind; at the same version it must be the same.</summary>
    /// <param name="totals">What the log's entries add up to.</param>
    public async Task<TallyFindings> CompareAsync(HttpClient http, IReadOnlyList<Claim> totals, CancellationToken cancellationToken)
    {
        var (same, wrongs) = (0, new List<string>());
        var counted = totals.ToDictionary(total => total.Tool);
        foreach (var replica in Replicas)
        {
            try
            {
                var (claims, behind) = await new Claims(http).TalliesAsync(replica, totals, Patience, cancellationToken);
                wrongs.AddRange(behind);
                foreach (var claim in claims)
                {
                    if (!counted.TryGetValue(claim.Tool, out var total) || total.Version != claim.Version)
                        continue;
                    same++;
                    if ((claim.Ship, claim.Skip) != (total.Ship, total.Skip))
                        wrongs.Add(
                            $"{claim.Source} says {claim.Ship} ship, {claim.Skip} skip of {claim.Tool} at version {claim.Version}; "
                                + $"the log's entries make {total.Ship} ship, {total.Skip} skip."
                        );
                }
            }
            catch (HttpRequestException error) when (!Required && error.StatusCode == HttpStatusCode.NotFound)
            {
                // A copy of the log on another site has no tallies beside it.
            }
        }

        return new TallyFindings(same, wrongs);
    }
}
