namespace Bench;

/// <summary>How much of everything.</summary>
/// <param name="Kind">Only kinds of load whose names hold this; ratios to others are then NaN.</param>
internal sealed record Form(int Rounds, int Seconds, long Rows, int Readers, bool Smoke, string? Kind = null);
