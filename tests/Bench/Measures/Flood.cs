using System.Diagnostics;
using Bench.Load;
using Bench.Servers;
using Testing.Servers;

namespace Bench.Measures;

/// <summary>
/// One honest reader votes while strangers flood one process after another in every way there is, limits as in an installation. What the
/// vote takes then, beside what it took in the quiet just before, and whether the process lives.
/// </summary>
internal static class Flood
{
    private const double Goal = 20;

    private static readonly string[] OfWeb =
    [
        "/openapi/v1.json",
        "/tools/cursor-2-0/card.png",
        "/compare/cursor-2-0-vs-smolvlm2-2b/card.png",
        "/feed.xml",
        "/newsletter/feed.xml",
        "/sitemap.xml",
        "/tools?q=code%20editor",
        "/api/tools",
        "/api/tools/cursor-2-0",
        "/api/tools?q=code%20edtior",
        "/api/comparisons",
        "/api/ledger?after=0&limit=10000",
        "/api/ledger/totals",
        "/api/tallies/cursor-2-0/history?bucket=minute",
        "/api/tallies/top?limit=100",
    ];

    private static readonly Dictionary<string, string[]> Costly = new()
    {
        ["Web"] = OfWeb,
        ["Standalone"] = OfWeb,
        ["Catalog"] =
        [
            "/openapi/v1.json",
            "/api/tools",
            "/api/tools/cursor-2-0",
            "/api/tools?q=code%20edtior",
            "/api/comparisons",
            "/api/catalog/tools",
        ],
        ["Voting"] =
        [
            "/openapi/v1.json",
            "/api/ledger?after=0&limit=10000",
            "/api/ledger/minutes?after=0&limit=10000",
            "/api/ledger/totals",
        ],
        ["Tally"] =
        [
            "/openapi/v1.json",
            "/api/tallies/cursor-2-0/history?bucket=minute",
            "/api/tallies/top?limit=100",
            "/api/tallies/divided?limit=100",
        ],
        ["Newsletter"] = ["/openapi/v1.json", "/api/newsletter/issues"],
    };

    private static readonly Dictionary<string, string[]> PastTheCache = new()
    {
        ["Web"] = ["/compare/cursor-2-0-vs-smolvlm2-2b", "/tools", "/"],
        ["Standalone"] = ["/compare/cursor-2-0-vs-smolvlm2-2b", "/tools", "/"],
        ["Catalog"] = ["/api/tools", "/api/tools/cursor-2-0"],
        ["Voting"] = ["/api/ledger/totals", "/api/ledger"],
        ["Tally"] = ["/api/tallies/cursor-2-0", "/api/tallies/top"],
        ["Newsletter"] = ["/api/newsletter/issues"],
    };

    public static async Task MeasureAsync(Form form, Report report)
    {
        await using (var whole = await Whole.StartAsync(report, limited: true))
        {
            await whole.Postgres.Create("newsletter");
            foreach (var server in (Server[])[whole.Voting[1], whole.Tallies[1], whole.Newsletter, whole.Web])
                await whole.StartAsync(server);
            await OnEachAsync(
                form,
                report,
                whole.Web,
                whole.Tokens,
                [
                    ("Web", whole.Web),
                    ("Catalog", whole.Catalog),
                    ("Voting", whole.Voting[0]),
                    ("Tally", whole.Tally),
                    ("Newsletter", whole.Newsletter),
                ]
            );
        }

        await using var alone = new Alone(limited: true);
        await alone.StartAsync();
        await OnEachAsync(form, report, alone.Process, alone.Tokens, [("Standalone", alone.Process)]);
    }

    private static async Task OnEachAsync(
        Form form,
        Report report,
        ServiceProcess door,
        Tokens tokens,
        (string Name, ServiceProcess Process)[] flooded
    )
    {
        var reader = new HonestReader(door.Port, tokens);
        // Slow code runs first, and is compiled anew.
        await reader.VoteAsync(TimeSpan.FromSeconds(form.Smoke ? 1 : 30));
        foreach (var (name, process) in flooded)
        {
            await CaseAsync(name, process, "20,000 silent sockets", ["silent"]);
            foreach (var path in Costly[name])
                await CaseAsync(name, process, $"32 clients on {path}", ["closed", path]);
            await CaseAsync(name, process, "1,000 requests/s past the cache", ["rate", .. PastTheCache[name]]);
        }

        async Task CaseAsync(string name, ServiceProcess process, string what, string[] how)
        {
            if (form.Kind is { } kind && !$"{name}: {what}".Contains(kind, StringComparison.OrdinalIgnoreCase))
                return;
            var quiet = await reader.VoteAsync(TimeSpan.FromSeconds(Math.Max(1, form.Seconds / 3)));
            using var strangers = Start([how[0], $"{process.Port}", .. how[1..]]);
            await strangers.StandardOutput.ReadLineAsync();
            var neighbours = new Neighbours();
            var votes = await reader.VoteAsync(TimeSpan.FromSeconds(form.Seconds));
            var others = neighbours.Cores;
            var (alive, files) = (process.Alive, process.Alive ? Directory.GetFiles($"/proc/{process.Pid}/fd").Length : 0);
            strangers.StandardInput.Close();
            var came = await strangers.StandardOutput.ReadToEndAsync();
            await strangers.WaitForExitAsync();
            report.Add(
                $"{name}: {what}",
                $"≤ {Goal} ms",
                $"{Report.Number(votes.P50)} ms (quiet {Report.Number(quiet.P50)}; p99 {Report.Number(votes.P99)}), {votes.Bad} errors, {(alive ? $"{files:N0} files" : "**ended**")}; {came.Trim()}{(others > Neighbours.Noisy ? $"; others took {others:0.0} cores" : "")}",
                votes.P50 <= Goal && votes.Bad == 0 && alive
            );
        }
    }

    // Elsewhere they would compute on machines of their own: what they take of this one's processors is given up for anyone else.
    private static Process Start(string[] arguments) =>
        Process.Start(
            new ProcessStartInfo("nice", ["-n", "19", "dotnet", typeof(Flood).Assembly.Location, "strangers", .. arguments])
            {
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            }
        )!;
}
