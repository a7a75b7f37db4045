namespace Voting;

/// <summary>Everything this service logs; event ids stay the same between releases.</summary>
internal static partial class VotingLog
{
    [LoggerMessage(3001, LogLevel.Error, "The ledger does not commit, votes are answered 503 (a batch of {Votes} just now): {Problem}")]
    public static partial void BatchFailed(ILogger logger, int votes, string problem);

    [LoggerMessage(3002, LogLevel.Warning, "Totals could not be published ({Tools} tools are waiting), trying again: {Problem}")]
    public static partial void PublishFailed(ILogger logger, int tools, string problem);

    [LoggerMessage(3003, LogLevel.Information, "Totals are published again")]
    public static partial void PublishRecovered(ILogger logger);

    [LoggerMessage(3004, LogLevel.Warning, "Looking for unpublished totals failed; trying again: {Problem}")]
    public static partial void SweepFailed(ILogger logger, string problem);

    [LoggerMessage(3005, LogLevel.Information, "The tool list has {Tools} tools")]
    public static partial void ToolsKnown(ILogger logger, int tools);

    [LoggerMessage(3006, LogLevel.Warning, "The catalog's tool list is unavailable; using messages and the stored list: {Problem}")]
    public static partial void CatalogAway(ILogger logger, string problem);

    [LoggerMessage(3007, LogLevel.Warning, "The stored tool list could not be read: {Problem}")]
    public static partial void ToolsUnreadable(ILogger logger, string problem);

    [LoggerMessage(
        3008,
        LogLevel.Warning,
        "The process stalled for {Seconds:0.0} s; holding votes back briefly to drop those whose senders disconnected"
    )]
    public static partial void StoodStill(ILogger logger, double seconds);

    [LoggerMessage(3009, LogLevel.Error, "{Voters} voters could not be erased and were answered 503: {Problem}")]
    public static partial void ForgetFailed(ILogger logger, int voters, string problem);

    [LoggerMessage(3012, LogLevel.Information, "The ledger commits again")]
    public static partial void CommitsAgain(ILogger logger);

    [LoggerMessage(3013, LogLevel.Information, "Replaced the ids of {Voters} voters in the ledger by keyed hashes")]
    public static partial void VotersRehashed(ILogger logger, long voters);

    [LoggerMessage(3014, LogLevel.Warning, "The ledger's log could not be emptied after an erasure, trying again: {Problem}")]
    public static partial void ErasureKept(ILogger logger, string problem);

    [LoggerMessage(3015, LogLevel.Warning, "Ignored {Count} impossible tool states")]
    public static partial void UnsoundTools(ILogger logger, int count);

    [LoggerMessage(
        3016,
        LogLevel.Information,
        "The public log is not signed here: Log:SigningKeys is empty or Log:Signer leaves it to another process"
    )]
    public static partial void LogNotSigned(ILogger logger);

    [LoggerMessage(3017, LogLevel.Warning, "The public log could not be extended, trying again: {Problem}")]
    public static partial void LogNotKept(ILogger logger, string problem);

    [LoggerMessage(3018, LogLevel.Information, "The public log is extended again")]
    public static partial void LogKeptAgain(ILogger logger);

    [LoggerMessage(
        3019,
        LogLevel.Error,
        "Refusing to sign the log {Origin}: {Reason}. If the ledger was restored, go on under a new Log:Origin and say so in public"
    )]
    public static partial void LogForked(ILogger logger, string origin, string reason);

    [LoggerMessage(3020, LogLevel.Warning, "The witness {Witness} does not sign the public log, trying again: {Problem}")]
    public static partial void WitnessUnavailable(ILogger logger, string witness, string problem);

    [LoggerMessage(3021, LogLevel.Information, "The witness {Witness} signs the public log again")]
    public static partial void WitnessBack(ILogger logger, string witness);

    [LoggerMessage(3022, LogLevel.Warning, "Votes of erased voters could not be withdrawn, trying again: {Problem}")]
    public static partial void NotWithdrawn(ILogger logger, string problem);

    [LoggerMessage(3023, LogLevel.Information, "Votes of erased voters are withdrawn again")]
    public static partial void WithdrawsAgain(ILogger logger);

    [LoggerMessage(3030, LogLevel.Warning, "First votes of other replicas can't be counted, trying again: {Problem}")]
    public static partial void CohortsNotFollowed(ILogger logger, string problem);

    [LoggerMessage(3031, LogLevel.Information, "First votes of other replicas are counted again")]
    public static partial void CohortsFollowedAgain(ILogger logger);

    [LoggerMessage(3032, LogLevel.Warning, "Nobody looks for floods of votes, trying again: {Problem}")]
    public static partial void NotLooked(ILogger logger, string problem);

    [LoggerMessage(3033, LogLevel.Information, "Looking for floods of votes again")]
    public static partial void LooksAgain(ILogger logger);

    [LoggerMessage(3035, LogLevel.Warning, "The gate's figures could not be written, trying again: {Problem}")]
    public static partial void GateFiguresNotWritten(ILogger logger, string problem);

    [LoggerMessage(3036, LogLevel.Information, "The gate's figures are written again")]
    public static partial void GateFiguresWrittenAgain(ILogger logger);

    [LoggerMessage(3034, LogLevel.Warning, "{Kind}: {Votes} votes on {Tool} ({Reason})")]
    public static partial void Moderated(ILogger logger, Ledger.EntryKind kind, long votes, string tool, string reason);
}
