namespace Voting.Ledger;

/// <summary>What some changes of votes do to a tool's totals.</summary>
internal readonly record struct TotalsDelta(long Ship, long Skip, long Held, long Void, long Networks, long Changes)
{
    /// <summary>A vote that is counted, before and after.</summary>
    public TotalsDelta With(Choice previous, Choice choice) =>
        this with
        {
            Ship = Ship + Of(choice, Choice.Ship) - Of(previous, Choice.Ship),
            Skip = Skip + Of(choice, Choice.Skip) - Of(previous, Choice.Skip),
            Changes = Changes + 1,
        };

    /// <summary>A vote that keeps its state.</summary>
    public TotalsDelta With(Choice previous, Choice choice, VoteState state)
    {
        if (state.IsCounted)
            return With(previous, choice);
        var more = Stands(choice) - Stands(previous);
        return this with { Held = Held + (state.IsHeld ? more : 0), Void = Void + (state.IsVoid ? more : 0), Changes = Changes + 1 };
    }

    /// <summary>A vote that stands and gets another state.</summary>
    public TotalsDelta With(Choice choice, VoteState before, VoteState after) =>
        this with
        {
            Ship = Ship + (Of(after) - Of(before)) * Of(choice, Choice.Ship),
            Skip = Skip + (Of(after) - Of(before)) * Of(choice, Choice.Skip),
            Held = Held + (after.IsHeld ? Stands(choice) : 0) - (before.IsHeld ? Stands(choice) : 0),
            Void = Void + (after.IsVoid ? Stands(choice) : 0),
            Changes = Changes + 1,
        };

    private static int Of(VoteState state) => state.IsCounted ? 1 : 0;

    private static int Of(Choice choice, Choice counted) => choice == counted ? 1 : 0;

    private static int Stands(Choice choice) => choice is Choice.Withdrawn ? 0 : 1;
}
