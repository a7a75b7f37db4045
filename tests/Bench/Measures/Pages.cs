using System.Text;
using Bench.Load;
using Bench.Servers;

namespace Bench.Measures;

/// <summary>The comparison page as a reader without a vote gets it.</summary>
internal static class Pages
{
    private static readonly byte[] Page = Encoding.ASCII.GetBytes(
        "GET /compare/cursor-2-0-vs-smolvlm2-2b HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: br\r\n\r\n"
    );

    // A reader with a cookie is never given a cached page.
    private static readonly byte[] Anew = Encoding.ASCII.GetBytes(
        "GET /compare/cursor-2-0-vs-smolvlm2-2b HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: br\r\nCookie: some=cookie\r\n\r\n"
    );
    private static readonly byte[] Bytes = Encoding.ASCII.GetBytes("GET /page HTTP/1.1\r\nHost: localhost\r\n\r\n");

    public static async Task MeasureAsync(Form form, Report report)
    {
        using var ceiling = await CeilingProcess.StartAsync();
        await using var whole = await Whole.StartAsync(report);
        await whole.Postgres.Create("newsletter");
        await whole.StartAsync(whole.Newsletter);
        await whole.StartAsync(whole.Web);
        using (var connection = new Connection(whole.Web.Port))
        {
            await connection.OpenAsync();
            await connection.AskAsync(Page);
            var body = connection.Answer[(connection.Answer.IndexOf("\r\n\r\n"u8) + 4)..].Length;
            report.AtMost("a comparison page, transferred", 60, body / 1024.0, "KiB");
            await ceiling.ServeAsync(body);
        }

        var (ceilings, pages, singles, anews) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round <= form.Rounds; round++)
        {
            var most = await Hammer.ClosedAsync(ceiling.Port, 64, TimeSpan.FromSeconds(form.Seconds), () => Bytes);
            var served = await Hammer.ClosedAsync(whole.Web.Port, 64, TimeSpan.FromSeconds(form.Seconds), () => Page);
            var single = await Hammer.ClosedAsync(whole.Web.Port, 1, TimeSpan.FromSeconds(Math.Min(2, form.Seconds)), () => Page);
            var anew = await Hammer.ClosedAsync(whole.Web.Port, 1, TimeSpan.FromSeconds(Math.Min(2, form.Seconds)), () => Anew);
            report.Say(
                $"    round {round}: ceiling {most.PerSecond:N0}/s, pages {served.PerSecond:N0}/s, alone {single.P50:0.00} ms, made anew {anew.P50:0.00} ms; {served.Bad} bad"
            );
            if (round == 0)
                continue;
            ceilings.Add(most.PerSecond);
            pages.Add(served.PerSecond);
            singles.Add(single.P50);
            anews.Add(anew.P50);
        }

        report.AtLeast(
            "comparison pages, of the ceiling for the same bytes",
            0.6,
            Report.Median(pages.Zip(ceilings, (page, most) => page / most)),
            $"{Report.Median(pages):N0}/s of {Report.Median(ceilings):N0}/s"
        );
        report.AtMost("one comparison page, kept, median", 5, Report.Median(singles), "ms");
        report.AtMost("one comparison page, made anew by Web, Catalog and Tally, median", 5, Report.Median(anews), "ms");
    }
}
