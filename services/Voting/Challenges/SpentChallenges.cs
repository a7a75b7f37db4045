using System.Data.Common;
using Hosting.Databases;
using Voting.Batching;
using Voting.Ledger;

namespace Voting.Challenges;

/// <summary>
/// Remembers the challenges whose answers were taken, for all replicas, until nobody could use them any more. Each row cost somebody the
/// work, which bounds how many there can be.
/// </summary>
internal sealed class SpentChallenges(DbDataSource source, TimeProvider timeProvider)
{
    // Replicas' clocks differ: what has expired here may be good for a little longer elsewhere.
    private static readonly TimeSpan ClocksApart = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan RemoveEvery = TimeSpan.FromMinutes(1);

    private long _removedAt;

    /// <returns>False when it is spent already.</returns>
    /// <exception cref="LedgerUnavailableException">The database does not answer.</exception>
    public async ValueTask<bool> TrySpendAsync(byte[] nonce, DateTimeOffset expiresAt, CancellationToken cancellationToken)
    {
        try
        {
            await RemoveExpiredAsync(cancellationToken);
            return await InsertAsync(nonce, expiresAt, cancellationToken);
        }
        catch (DbException error)
        {
            throw new LedgerUnavailableException("The ledger does not say which challenges are spent.", error);
        }
    }

    private async Task<bool> InsertAsync(byte[] nonce, DateTimeOffset expiresAt, CancellationToken cancellationToken) =>
        await RunAsync(
            "insert into spent_challenges (nonce, expires_at) values (@nonce, @expires) on conflict (nonce) do nothing",
            [("nonce", nonce), ("expires", expiresAt.ToUnixTimeSeconds())],
            cancellationToken
        ) == 1;

    // With what is spent next and by no timer: a quiet site keeps at most what its last ten busy minutes left.
    private async ValueTask RemoveExpiredAsync(CancellationToken cancellationToken)
    {
        var (now, last) = (timeProvider.GetUtcNow(), Interlocked.Read(ref _removedAt));
        if (now.UtcTicks - last < RemoveEvery.Ticks || Interlocked.CompareExchange(ref _removedAt, now.UtcTicks, last) != last)
            return;
        await RunAsync(
            "delete from spent_challenges where expires_at < @past",
            [("past", (now - ClocksApart).ToUnixTimeSeconds())],
            cancellationToken
        );
    }

    private Task<int> RunAsync(string sql, (string, object)[] parameters, CancellationToken cancellationToken) =>
        source.RetryIfStaleAsync(() => source.RunAsync(sql, parameters, cancellationToken));
}
