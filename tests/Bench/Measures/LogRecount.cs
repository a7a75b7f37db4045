using Bench.Servers;
using Testing.Logs;

namespace Bench.Measures;

/// <summary>How fast the operator's tool recounts a public log from a folder: two million entries, four in five of them by a new mark.</summary>
internal static class LogRecount
{
    private const string Origin = "bench.example/log";

    public static async Task MeasureAsync(Form form, Report report)
    {
        var entries = form.Smoke ? 20_000 : 2_000_000;
        var folder = Directory.CreateTempSubdirectory("bench-log-");
        try
        {
            using var signer = new Signer(Origin);
            report.Say($"    writing {entries:N0} entries to {folder.FullName}");
            var log = new LogWriter(folder.FullName);
            foreach (var vote in new VoteSequence().CastMany(entries))
                log.Append(vote.ToBytes());
            log.Sign(Origin, signer);

            var took = new List<double>();
            for (var round = 0; round < form.Rounds; round++)
            {
                var (seconds, _) = await OperatorCommand.RunAsync("recount", "--log", folder.FullName, "--key", signer.LogKey.ToString());
                took.Add(seconds);
                report.Say($"    round {round}: {seconds:0.0} s");
            }

            report.AtLeast(
                "recount of the public log, million entries a minute",
                10,
                entries / 1e6 / (Report.Median(took) / 60),
                $"{entries:N0} in {Report.Median(took):0.0} s, the start of the tool included"
            );
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
