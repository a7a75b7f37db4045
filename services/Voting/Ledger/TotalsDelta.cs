namespace Voting.Ledger;

/// <summary>What some changes of votes do to a tool's totals.</summary>
internal readonly record struct TotalsDelta(long Ship, long Skip, long Changes)
{
    public TotalsDelta With(Choice previous, Choice choice) =>
        new(
            Ship + (choice is Choice.Ship ? 1 : 0) - (previous is Choice.Ship ? 1 : 0),
            Skip + (choice is Choice.Skip ? 1 : 0) - (previous is Choice.Skip ? 1 : 0),
            Changes + 1
        );
}
