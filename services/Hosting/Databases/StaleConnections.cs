using System.Data.Common;
using Npgsql;

namespace Hosting.Databases;

/// <summary>
/// A pool can't see that the server behind its idle connections restarted: the first use of each fails, although the server answers.
/// Checking every connection when it is taken out of the pool was rejected, since it costs each request a round trip.
/// </summary>
public static class StaleConnections
{
    // What PostgreSQL tells its sessions when it shuts down, recovers from a crash, or an administrator ends them.
    private static readonly string[] Ended = [PostgresErrorCodes.AdminShutdown, PostgresErrorCodes.CrashShutdown];

    /// <summary>
    /// Makes a database call, and once more on a fresh connection when the first one turned out to be cut. A server that is really away
    /// fails the second call at once.
    /// </summary>
    /// <param name="source">Where the call takes its connection from. The pool is emptied before the second call; SQLite has no such
    /// connections.</param>
    /// <param name="call">Opens a connection and uses it. It must be safe to make twice, since the cut may have come after its
    /// commit.</param>
    public static async Task<T> RetryIfStaleAsync<T>(this DbDataSource source, Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (DbException error) when (source is NpgsqlDataSource && IsStale(error))
        {
            ((NpgsqlDataSource)source).Clear();
            return await call();
        }
    }

    /// <inheritdoc cref="RetryIfStaleAsync{T}"/>
    public static Task RetryIfStaleAsync(this DbDataSource source, Func<Task> call) =>
        source.RetryIfStaleAsync(async () =>
        {
            await call();
            return true;
        });

    // Not a time-out (a second one would double the wait) and not a refused connection, which is a fresh one already.
    private static bool IsStale(DbException error) =>
        error is PostgresException told ? Ended.Contains(told.SqlState) : error is NpgsqlException { InnerException: IOException };
}
