namespace Bench;

/// <summary>How much of everything.</summary>
/// <param name="Tools">How many tools' counters 'rebuild' makes.</param>
/// <param name="Checkout">Where the peer's sources are; without them it is left out.</param>
/// <param name="Prices">Of a core's hour, a GiB's hour and a GB sent.</param>
/// <param name="Kind">Only kinds of load whose names hold this; ratios to others are then NaN.</param>
internal sealed record Form(
    int Rounds,
    int Seconds,
    long Rows,
    int Readers,
    bool Smoke,
    int Tools = 1_000_000,
    string? Kind = null,
    string? Checkout = null,
    string Prices = "0.04,0.005,0.05"
);
