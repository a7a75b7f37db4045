namespace Web.Parts;

/// <summary>How holds, releases and voids are put into words.</summary>
public static class Decisions
{
    /// <summary>What a moderator may give as a reason, as Voting knows them; the likeliest first.</summary>
    public static IReadOnlyList<string> ReasonsToGive { get; } =
    ["flood", "maker-flood", "concentrated", "one-network", "sleepers", "paid-votes", "test-votes", "honest-crowd", "mistake", "other"];

    public static string Reason(string reason) =>
        reason switch
        {
            "crowded-network" => "Many first votes came from one network.",
            "concentrated" => "Voters from a few crowded networks voted differently from everyone else.",
            "one-network" => "Voters from one network voted differently from everyone else.",
            "sleepers" => "Many voters had been set up earlier and had never voted.",
            "velocity" => "Far more new voters came than usual.",
            "flood" => "A flood of scripted votes.",
            "maker-flood" => "A flood of votes by the tool’s own maker.",
            "paid-votes" => "The votes were paid for.",
            "test-votes" => "Test votes.",
            "honest-crowd" => "They vote like everyone else.",
            "mistake" => "They were held by mistake.",
            "undecided" => "Nobody decided within a day, and they would have moved the numbers.",
            _ => "Another reason.",
        };

    /// <summary>Held 3 votes, Removed 1 vote.</summary>
    public static string Action(string action, long votes) =>
        action switch
        {
            "hold" => "Held ",
            "release" => "Released ",
            _ => "Removed ",
        } + Wording.Counted(votes, "vote");

    /// <summary>By how much it moved the numbers: −90 ship, +3 skip.</summary>
    public static string Effect(long ship, long skip) =>
        (ship, skip) switch
        {
            (0, 0) => "no change in the numbers",
            (_, 0) => $"{Signed(ship)} ship",
            (0, _) => $"{Signed(skip)} skip",
            _ => $"{Signed(ship)} ship, {Signed(skip)} skip",
        };

    private static string Signed(long number) => number < 0 ? $"−{-number:N0}" : $"+{number:N0}";
}
