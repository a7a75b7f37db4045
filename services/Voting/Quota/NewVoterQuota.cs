using System.Net;
using Voting.Batching;
using Voting.Ledger;

namespace Voting.Quota;

/// <summary>
/// Bounds how many voters may come new from one place, which makes flooding expensive and costs honest readers nothing:
/// once a voter has voted it is never counted again, and the tool and the choice were checked before, so that a mistake counts nothing.
/// </summary>
public sealed class NewVoterQuota : IDisposable
{
    // While Redis is unavailable every replica counts for itself and looks again this often: a frozen Redis delays one vote in so many
    // seconds, not each.
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Often = TimeSpan.FromMinutes(5);

    private readonly QuotaSettings _settings;
    private readonly KnownVoters _known;
    private readonly IQuotaCounts _counts;
    private readonly MemoryQuotaCounts _meanwhile;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger<NewVoterQuota> _logger;
    private readonly ITimer _turning;
    private long _restUntil;

    internal NewVoterQuota(
        QuotaSettings settings,
        KnownVoters known,
        IQuotaCounts counts,
        TimeProvider timeProvider,
        ILogger<NewVoterQuota> logger
    )
    {
        (_settings, _known, _counts, _timeProvider, _logger) = (settings, known, counts, timeProvider, logger);
        _meanwhile = counts as MemoryQuotaCounts ?? new MemoryQuotaCounts(settings);
        // By the clock and not by the next new voter, for whom a quiet site may wait for days with yesterday's salt in memory.
        _turning = timeProvider.CreateTimer(_ => Forget(), null, Often, Often);
    }

    /// <summary>The days (since 1970) whose salts this process holds; empty a little after a day is over.</summary>
    public IReadOnlyList<long> SaltsOf => [.. new[] { _counts.SaltOf, _meanwhile.SaltOf }.OfType<long>().Distinct()];

    public bool Enabled => _settings.Enabled;

    /// <returns>0 when the voter may vote, else the seconds until it is worth trying again.</returns>
    /// <exception cref="LedgerUnavailableException">The ledger can't say whether the voter is new.</exception>
    public async ValueTask<int> CheckAsync(HashedVoter voter, IPAddress? from, CancellationToken cancellationToken)
    {
        try
        {
            if (await _known.HasVotedAsync(voter, cancellationToken))
                return 0;
        }
        catch (System.Data.Common.DbException error)
        {
            throw new LedgerUnavailableException("The ledger does not say who has voted before.", error);
        }

        var now = _timeProvider.GetUtcNow();
        var bound = await AdmitAsync(from, voter.Value, now);
        return bound is Bound.None ? 0 : QuotaWindows.SecondsLeft(bound, now);
    }

    /// <summary>The voter's first vote is in the ledger.</summary>
    public void Voted(HashedVoter voter) => _known.Add(voter);

    /// <summary>The voter was forgotten. What was counted stays counted: erasure is no way to make room.</summary>
    public void Forgotten(HashedVoter voter) => _known.Forget(voter);

    public void Dispose() => _turning.Dispose();

    private void Forget()
    {
        var now = _timeProvider.GetUtcNow();
        _counts.Forget(now);
        _meanwhile.Forget(now);
    }

    private async ValueTask<Bound> AdmitAsync(IPAddress? from, Guid voter, DateTimeOffset now)
    {
        var ticks = _timeProvider.GetTimestamp();
        var until = Interlocked.Read(ref _restUntil);
        // Of those who come when the rest is over one tries; the others go on as before.
        if (until != 0 && (ticks < until || Interlocked.CompareExchange(ref _restUntil, ticks + Ticks(Rest), until) != until))
            return await _meanwhile.AdmitAsync(from, voter, now);
        try
        {
            var bound = await _counts.AdmitAsync(from, voter, now);
            if (until != 0 && Interlocked.Exchange(ref _restUntil, 0) != 0)
                VotingLog.QuotaBack(_logger);
            return bound;
        }
        catch (QuotaCountsUnavailableException away)
        {
            if (Interlocked.Exchange(ref _restUntil, ticks + Ticks(Rest)) == 0)
                VotingLog.QuotaAway(_logger, away.InnerException!.Message);
            return await _meanwhile.AdmitAsync(from, voter, now);
        }
    }

    private long Ticks(TimeSpan time) => (long)(time.TotalSeconds * _timeProvider.TimestampFrequency);
}
