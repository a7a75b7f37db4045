namespace Bench;

/// <summary>How much of everything.</summary>
internal sealed record Form(int Rounds, int Seconds, long Rows, int Readers, bool Smoke);
