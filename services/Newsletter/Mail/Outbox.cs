using System.Data.Common;
using Dapper;

namespace Newsletter.Mail;

/// <summary>A mail to be sent, as the outbox keeps it: who and what, never the text, since the text holds a token.</summary>
/// <param name="StoredKind"><c>confirmation</c> or <c>issue</c>.</param>
/// <param name="Variant"><c>welcome</c>, or null.</param>
internal sealed record QueuedMail(
    string Id,
    string StoredKind,
    string? Variant,
    string SubscriberId,
    string? Week,
    string State,
    long Attempts,
    long NextAt
)
{
    // Not coalesced in SQL: without rows SQLite knows no type of an expression, and the record's constructor would not be found.
    /// <summary><c>confirmation</c>, <c>welcome</c> or <c>issue</c>.</summary>
    public string Kind => Variant ?? StoredKind;
}

/// <summary>
/// Which replica may send which mail. Taking a mail moves <c>next_at</c> ahead by a lease, if it still is what was read; later steps demand
/// that it still is the lease, so of two that believe to hold a mail only one goes on. When a holder dies the lease runs out and the mail
/// is due again.
/// </summary>
internal static class Outbox
{
    public static async Task<List<QueuedMail>> DueAsync(DbConnection connection, long now) =>
        (
            await connection.QueryAsync<QueuedMail>(
                """
                select id, kind as storedkind, variant, subscriber_id as subscriberid, week, state, attempts, next_at as nextat from mails
                where state in ('waiting', 'handing') and next_at <= @now order by next_at, id limit 50
                """,
                new { now }
            )
        ).AsList();

    /// <returns>The mail as held, or null when another replica was faster.</returns>
    public static async Task<QueuedMail?> TakeAsync(DbConnection connection, QueuedMail mail, long now, TimeSpan held)
    {
        var lease = now + held.Milliseconds();
        var taken = await connection.ExecuteAsync(
            "update mails set next_at = @lease, attempts = attempts + 1 where id = @Id and state = @State and next_at = @NextAt",
            new
            {
                lease,
                mail.Id,
                mail.State,
                mail.NextAt,
            }
        );
        return taken == 1 ? mail with { NextAt = lease, Attempts = mail.Attempts + 1 } : null;
    }

    public static async Task<bool> ExistsAsync(DbConnection connection, QueuedMail mail) =>
        await connection.ExecuteScalarAsync<long>("select count(*) from mails where id = @Id", mail) == 1;

    /// <summary>Moves a held mail on. For <c>waiting</c>, <paramref name="nextAt"/> says when to try again.</summary>
    /// <returns>False when the lease was lost meanwhile.</returns>
    public static async Task<bool> MoveAsync(DbConnection connection, QueuedMail mail, string state, long? nextAt = null) =>
        await connection.ExecuteAsync(
            "update mails set state = @state, next_at = @next where id = @Id and next_at = @NextAt and state in ('waiting', 'handing')",
            new
            {
                state,
                next = nextAt ?? mail.NextAt,
                mail.Id,
                mail.NextAt,
            }
        ) == 1;
}
