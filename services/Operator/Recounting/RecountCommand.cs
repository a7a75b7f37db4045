using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Operator.PublicLog;

namespace Operator.Recounting;

/// <summary>
/// <c>recount</c>: the ledger's feed against the ledger's totals against what every Tally replica shows, while votes go on.
/// </summary>
internal static class RecountCommand
{
    // The promise Exact allows ten seconds after a fault's end.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private sealed record Facts(long Entries, int Tools, long Votes, int Claims, double Seconds);

    public static Command Make()
    {
        var histories = new Option<bool>("--histories")
        {
            Description = "Also follow every voter's history, seq by seq (about 80 bytes of memory each).",
        };
        var command = new Command(
            "recount",
            "Add up the public ledger and compare it with the totals and with every Tally replica. Votes may go on meanwhile. With "
                + "--log, recount the "
                + "public log from its files and its key alone."
        )
        {
            Site.Voting,
            Site.Tally,
            histories,
        };
        LogOptions.AddTo(command, Site.Voting, histories);
        command.Does(
            async (parsed, cancellationToken) =>
            {
                if (parsed.IsOfLog())
                    return await LogOptions.RecountLogAsync(parsed, cancellationToken);
                using var http = NamedRequests.NewClient();
                return await FindAsync(
                    http,
                    parsed.RequiredAddresses(Site.Voting),
                    await parsed.Addresses(Site.Tally).AllAsync(cancellationToken),
                    parsed.GetValue(histories),
                    cancellationToken
                );
            },
            findings =>
            {
                if (findings.Facts is LogFacts log)
                {
                    LogOptions.Table(log);
                    return;
                }

                var facts = (Facts)findings.Facts;
                Output.Table(
                    ["entries", "tools", "votes that stand", "claims checked", "seconds"],
                    [
                        [
                            $"{facts.Entries:N0}",
                            $"{facts.Tools:N0}",
                            $"{facts.Votes:N0}",
                            $"{facts.Claims:N0}",
                            facts.Seconds.ToString("0.0", CultureInfo.InvariantCulture),
                        ],
                    ]
                );
            }
        );
        return command;
    }

    /// <param name="tally">Every replica; none to compare with the totals alone.</param>
    public static async Task<Findings> FindAsync(
        HttpClient http,
        IReadOnlyList<Uri> voting,
        IReadOnlyList<Uri> tally,
        bool histories,
        CancellationToken cancellationToken
    )
    {
        var clock = Stopwatch.StartNew();
        var claims = new Claims(http);
        var said = new List<Claim>();
        foreach (var replica in voting)
            said.AddRange(await claims.TotalsAsync(replica, cancellationToken));
        var behind = new List<string>();
        foreach (
            var asked in await Task.WhenAll(
                tally.Select(replica =>
                    claims.TalliesAsync(replica, said.DistinctBy(total => total.Tool).ToList(), Patience, cancellationToken)
                )
            )
        )
        {
            said.AddRange(asked.Claims);
            behind.AddRange(asked.Behind);
        }

        // Whatever a part may claim: their sum fits here.
        var expected = said.DistinctBy(claim => claim.Tool).Sum(claim => (decimal)claim.Version);
        var recount = new Recount(said);
        var followed = histories ? new Histories() : null;
        await Output.ProgressAsync(
            "counting the ledger",
            async progress =>
            {
                await foreach (var page in new Feed(http, voting).PagesAsync(cancellationToken))
                {
                    foreach (ref readonly var entry in page.AsSpan())
                    {
                        recount.Take(entry);
                        followed?.Take(entry);
                    }

                    progress.Report((double)Math.Min(1, recount.Entries / Math.Max(1, expected)));
                    // Votes that arrive during the count must not keep it from ending.
                    if (recount.Counts.Values.All(count => count.Open.Count == 0) && recount.Entries >= expected)
                        break;
                }

                return recount.Entries;
            }
        );
        IReadOnlyList<string> wrongs = [.. recount.Wrongs(), .. followed?.Wrongs ?? [], .. behind];
        var votes = recount.Counts.Values.Sum(count => count.Ship + count.Skip);
        return new Findings(
            wrongs.Count == 0,
            new Facts(recount.Entries, recount.Counts.Count, votes, said.Count, clock.Elapsed.TotalSeconds),
            wrongs
        );
    }
}
