using Bench.Load;
using Bench.Servers;

namespace Bench.Measures;

/// <summary>
/// Ours and dockersamples/example-voting-app in turn: what is accepted and what is durable. Only where a checkout of it is given; none of
/// it is part of this repository.
/// </summary>
internal static class PeerBeside
{
    private static readonly byte[] Post =
        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 6\r\n\r\nvote=a"u8.ToArray();

    public static async Task MeasureAsync(Form form, Report report)
    {
        if (form.Checkout is not { } checkout)
        {
            report.Say("    left out: it takes --checkout DIR, a checkout of dockersamples/example-voting-app");
            return;
        }

        await using var whole = await Whole.StartAsync(report);
        await using var peer = await Peer.StartAsync(checkout, report);
        var length = TimeSpan.FromSeconds(form.Seconds);
        var rounds = new List<(double Ours, double Posts, double Durable, double Unslept)>();
        for (var round = 0; round <= form.Rounds; round++)
        {
            var votes = new Votes(whole.Tokens, Whole.Tools, form.Seconds * 70_000 + 20_000);
            GC.Collect();
            var neighbours = new Neighbours();
            var ours = await Hammer.ClosedAsync(whole.Voting[0].Port, 256, length, votes.Next);
            var posts = await Hammer.HangingUpAsync(peer.Port, 64, length, () => Post);
            var durable = await peer.DurableAsync(asShipped: true, length);
            var unslept = await peer.DurableAsync(asShipped: false, length);
            report.Say(
                $"    round {round}: ours {ours.PerSecond:N0}/s; peer: {posts.PerSecond:N0} POST/s ({posts.Bad} bad), durable {durable:0.00}/s, {unslept:N0}/s without its sleep; {neighbours}"
            );
            if (round > 0)
                rounds.Add((ours.PerSecond, posts.PerSecond, durable, unslept));
        }

        report.AtLeast(
            "votes 256, of the peer's durable votes as shipped",
            2500,
            Report.Median(rounds.Select(round => round.Ours / round.Durable)),
            $"{Report.Median(rounds.Select(round => round.Ours)):N0}/s, {Report.Median(rounds.Select(round => round.Durable)):0.0}/s"
        );
        report.AtLeast(
            "the same without its sleep",
            20,
            Report.Median(rounds.Select(round => round.Ours / round.Unslept)),
            $"{Report.Median(rounds.Select(round => round.Unslept)):N0}/s"
        );
        report.AtLeast(
            "votes 256, of the peer's POSTs, which only queue",
            25,
            Report.Median(rounds.Select(round => round.Ours / round.Posts)),
            $"{Report.Median(rounds.Select(round => round.Posts)):N0}/s"
        );
    }
}
