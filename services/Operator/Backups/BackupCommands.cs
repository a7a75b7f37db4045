using System.CommandLine;
using System.Diagnostics;

namespace Operator.Backups;

/// <summary><c>backup verify</c>: a backup is one once it was restored and looked at.</summary>
internal static class BackupCommands
{
    private sealed record Facts(long Entries, DateTimeOffset? LastAt, long Compared, double Seconds);

    public static Command Make()
    {
        var verify = new Command(
            "verify",
            "Check a restored ledger in its database: entries without a gap, each history in order, totals and current votes as the "
                + "entries say. With --voting also "
                + "that it is the beginning of the ledger that site serves, entry for entry."
        )
        {
            Site.Ledger,
            Site.Voting,
        };
        verify.Does(
            async (parsed, stop) =>
            {
                var clock = Stopwatch.StartNew();
                await using var database = parsed.RequiredDatabase(Site.Ledger);
                var ledger = new RestoredLedger(database);
                var (entries, lastAt) = await ledger.ExtentAsync(stop);
                var wrongs = new List<string>(
                    await Output.ProgressAsync("checking the restored ledger", progress => ledger.WrongsAsync(progress, stop))
                );
                var compared = 0L;
                if (parsed.Addresses(Site.Voting) is { Count: > 0 } voting)
                    compared = await Output.ProgressAsync(
                        "comparing with the live ledger",
                        progress => new Comparison(ledger, voting).CompareAsync(entries, wrongs, progress, stop)
                    );
                return new Findings(wrongs.Count == 0, new Facts(entries, lastAt, compared, clock.Elapsed.TotalSeconds), wrongs);
            },
            findings =>
            {
                var facts = (Facts)findings.Facts;
                Output.Table(
                    ["entries", "last vote", "compared with the live ledger", "seconds"],
                    [
                        [$"{facts.Entries:N0}", $"{facts.LastAt:u}", $"{facts.Compared:N0}", $"{facts.Seconds:0.0}"],
                    ]
                );
            }
        );
        return new Command("backup", "Backups of the ledger. They are made by the database's own tools; see the runbook.") { verify };
    }
}
