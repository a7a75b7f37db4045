namespace Voting.Ledger;

/// <summary>A voter's current choice on one tool, as the ledger stores it; readers of the API see <c>null</c> for withdrawn.</summary>
public enum Choice : short
{
    Withdrawn = 0,
    Ship = 1,
    Skip = 2,
}

public static class Choices
{
    /// <returns><c>"ship"</c>, <c>"skip"</c>, or null when withdrawn.</returns>
    public static string? Word(this Choice choice) =>
        choice switch
        {
            Choice.Ship => "ship",
            Choice.Skip => "skip",
            Choice.Withdrawn => null,
        };

    /// <returns>The choice a reader may cast, or null if the word is neither. Letter case matters: the contract names two words.</returns>
    public static Choice? Parse(string? word) =>
        word switch
        {
            "ship" => Choice.Ship,
            "skip" => Choice.Skip,
            _ => null,
        };
}
