using System.Data.Common;
using Dapper;
using Newsletter.Mail;

namespace Newsletter.Subscriptions;

/// <summary>
/// Forgets an address wherever the database holds it. What remains is a row without one, so that a link followed again answers the same.
/// Mails that are in files, and what the database's own files still hold, are <see cref="EraseLeavers"/>' work.
/// </summary>
internal static class Leave
{
    private const string Forgotten = "status = 'unsubscribed', address = null, address_key = null, mailbox = null";

    /// <summary>Ends one reader's subscription.</summary>
    public static async Task<bool> OneAsync(DbConnection connection, string subscriber, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // Asked for again and not yet looked at: the later wish was to leave.
        await connection.ExecuteAsync(
            "delete from requests where address_key = (select address_key from subscribers where id = @subscriber)",
            new { subscriber },
            transaction
        );
        var left = await connection.ExecuteAsync(
            $"update subscribers set {Forgotten} where id = @subscriber and status <> 'unsubscribed'",
            new { subscriber },
            transaction
        );
        await transaction.CommitAsync(cancellationToken);
        return left == 1;
    }

    /// <summary>Ends every subscription of one mailbox, and remembers that it wants none.</summary>
    public static async Task ForGoodAsync(DbConnection connection, string mailbox, long now, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync(
            "insert into refusals (mailbox, refused_at) values (@mailbox, @now) on conflict (mailbox) do nothing",
            new { mailbox, now },
            transaction
        );
        await connection.ExecuteAsync(
            "delete from requests where address_key in (select address_key from subscribers where mailbox = @mailbox)",
            new { mailbox },
            transaction
        );
        await connection.ExecuteAsync($"update subscribers set {Forgotten} where mailbox = @mailbox", new { mailbox }, transaction);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Forgets addresses that nobody confirmed.</summary>
    /// <returns>How many.</returns>
    public static Task<int> UnconfirmedAsync(DbConnection connection, long askedBefore) =>
        connection.ExecuteAsync(
            $"update subscribers set {Forgotten} where status = 'pending' and asked_at < @askedBefore",
            new { askedBefore }
        );
}
