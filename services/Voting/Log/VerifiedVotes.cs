using Hosting.Description;
using Hosting.Limits;
using Voting.Batching;
using Voting.Ledger;
using Voting.Voters;

namespace Voting.Log;

/// <summary>
/// How many voters' browsers found their vote in the log, so that everyone sees whether anybody looks. The request comes from the voter, or
/// anyone who reads the log could make the number up; what is stored is the mark, which the log names anyway, and neither voter nor time.
/// A vote that is withdrawn leaves the number (<see cref="LogStore.TryStoreAsync"/>).
/// </summary>
internal sealed class VerifiedVotes
{
    // Counted for all tools at once, so that no number of readers makes it more often.
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10);

    private readonly VoterTokens _tokens;
    private readonly VoterHasher _hasher;
    private readonly VoteLedger _ledger;
    private readonly LogStore _store;
    private readonly SharedResult<IReadOnlyDictionary<string, VerifiedAnswer>> _counts;

    public VerifiedVotes(VoterTokens tokens, VoterHasher hasher, VoteLedger ledger, LogStore store, TimeProvider timeProvider)
    {
        (_tokens, _hasher, _ledger, _store) = (tokens, hasher, ledger, store);
        _counts = new(Fresh, timeProvider, () => store.VerifiedAsync(CancellationToken.None));
    }

    /// <summary>Counts the voter's vote on the tool as verified, once, if it stands.</summary>
    public async Task<IResult> TickAsync(HttpContext context, string tool)
    {
        if (!VoterOfRequest.TryGet(context.Request, _tokens, out var voter))
            return Refused.Unauthenticated();
        return await Refused.UnlessReadAsync(
            context,
            async () =>
            {
                var hashed = await _hasher.OfAsync(voter.Id, context.RequestAborted);
                await _ledger.BesideBatchesAsync(
                    () => _store.KeepVerifiedAsync(hashed, tool, context.RequestAborted),
                    context.RequestAborted
                );
                return TypedResults.NoContent();
            }
        );
    }

    public Task<IResult> CountAsync(HttpContext context, string tool) =>
        Refused.UnlessReadAsync(
            context,
            async () =>
            {
                var counts = await _counts.GetAsync();
                context.Response.Headers.CacheControl = "no-cache";
                return TypedResults.Json(counts.GetValueOrDefault(tool) ?? new VerifiedAnswer(0, 0), VotingJson.Default.VerifiedAnswer);
            }
        );
}

/// <param name="Verified">Votes that stand in the log and were found there by their voters' browsers.</param>
/// <param name="Voters">Votes that stand in the log.</param>
[SchemaName("VerifiedVotes")]
public sealed record VerifiedAnswer(long Verified, long Voters);
