using System.CommandLine;
using Bench;
using Bench.Load;
using Bench.Measures;

var rounds = new Option<int>("--rounds") { Description = "Rounds of which the median counts.", DefaultValueFactory = _ => 3 };
var seconds = new Option<int>("--seconds") { Description = "Seconds a round lasts.", DefaultValueFactory = _ => 6 };
var rows = new Option<long>("--rows") { Description = "Ledger rows that 'growth' generates.", DefaultValueFactory = _ => 50_000_000 };
var readers = new Option<int>("--readers") { Description = "Live readers of 'readers'.", DefaultValueFactory = _ => 19_500 };
var smoke = new Option<bool>("--smoke") { Description = "Everything small, to see that it runs; the figures mean nothing." };
var kind = new Option<string?>("--kind") { Description = "Of 'votes' and 'readers' only the kinds whose names hold this, for profiling." };
var checkout = new Option<string?>("--checkout") { Description = "A checkout of dockersamples/example-voting-app, for 'peer'." };
var prices = new Option<string>("--prices")
{
    Description = "Of a core's hour, a GiB's hour and a GB sent, for 'simulate'.",
    DefaultValueFactory = _ => "0.04,0.005,0.05",
};
var what = new Argument<string[]>("what") { Description = $"{string.Join(", ", Measurements.All.Keys)}; all by default." };
what.AcceptOnlyFromAmong([.. Measurements.All.Keys]);

var root = new RootCommand("Measures this repository against its goals, on this machine, as ratios within one run.")
{
    what,
    rounds,
    seconds,
    rows,
    readers,
    smoke,
    kind,
    checkout,
    prices,
};
root.SetAction(
    (parsed, stop) =>
        Measurements.RunAsync(
            parsed.GetValue(what) ?? [],
            parsed.GetValue(smoke)
                ? new Form(Rounds: 1, Seconds: 1, Rows: 20_000, Readers: 50, Smoke: true, Tools: 2_000)
                : new Form(
                    parsed.GetValue(rounds),
                    parsed.GetValue(seconds),
                    parsed.GetValue(rows),
                    parsed.GetValue(readers),
                    Smoke: false,
                    Kind: parsed.GetValue(kind),
                    Checkout: parsed.GetValue(checkout),
                    Prices: parsed.GetValue(prices)!
                )
        )
);

// Parts of this program that run as processes of their own.
if (args is ["ceiling", var urls])
    return await Ceiling.RunAsync(urls);
if (args is ["crowd", var host, var port, var from, var count, var transport, var tool, var beside])
    return await ReaderCrowd.RunAsync(host, int.Parse(port), from, int.Parse(count), transport, tool, beside);
if (args is ["strangers", var how, var at, .. var requests])
    return await Strangers.RunAsync(how, int.Parse(at), requests);
return await root.Parse(args).InvokeAsync();
