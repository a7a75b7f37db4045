using System.Data;
using System.Data.Common;
using Dapper;
using Hosting;
using Microsoft.Data.Sqlite;

namespace Catalog.Store;

/// <summary>Opens the catalog's database for one reading or one edit.</summary>
internal sealed class CatalogStore([FromKeyedServices("Catalog")] Database database)
{
    public Database Database => database;

    /// <summary>Reads from one snapshot: a tool, its plans and its reviews are of one version, so that its ETag is true.</summary>
    public Task<T> ReadAsync<T>(Func<CatalogReader, Task<T>> read, CancellationToken stop) => database.Source.RetryIfStaleAsync(() => ReadOnceAsync(read, stop));

    private async Task<T> ReadOnceAsync<T>(Func<CatalogReader, Task<T>> read, CancellationToken stop)
    {
        await using var connection = await database.Source.OpenConnectionAsync(stop);
        // SQLite's ordinary BEGIN takes the write lock; a deferred one reads a snapshot beside a writer.
        await using DbTransaction snapshot = connection is SqliteConnection sqlite
            ? sqlite.BeginTransaction(deferred: true)
            : await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, stop);
        return await read(new CatalogReader(connection, snapshot));
    }

    /// <summary>
    /// One edit. The catalog's own row is locked first, so edits happen one after another: what an edit checked still holds when it
    /// commits. Editors are few; a lock per tool would save nothing and let a comparison's two tools deadlock.
    /// </summary>
    /// <returns>What <paramref name="edit"/> answers; it is kept only if <paramref name="edit"/> asks for it.</returns>
    public async Task<T> EditAsync<T>(Func<CatalogWriter, Task<T>> edit, CancellationToken stop)
    {
        var (connection, transaction, writer) = await database.Source.RetryIfStaleAsync(() => BeginAsync(stop));
        await using var open = connection;
        await using var begun = transaction;
        var answer = await edit(writer);
        if (writer.Edited)
            // Not cancelled by an editor who hangs up: half-way is the one place where nobody would know what happened.
            await transaction.CommitAsync(CancellationToken.None);
        return answer;
    }

    // Up to the lock it may be done twice; what an edit wrote may not.
    private async Task<(DbConnection Connection, DbTransaction Transaction, CatalogWriter Writer)> BeginAsync(CancellationToken stop)
    {
        var connection = await database.Source.OpenConnectionAsync(stop);
        try
        {
            var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, stop);
            var writer = new CatalogWriter(connection, transaction);
            await writer.LockAsync();
            return (connection, transaction, writer);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Lets readers read while an editor writes. Kept in the file, so once is enough; no migration script can do it, since those run in transactions.</summary>
    public async Task UseWriteAheadLogAsync(CancellationToken stop)
    {
        await using var connection = await database.Source.OpenConnectionAsync(stop);
        await connection.ExecuteAsync("pragma journal_mode = wal");
    }
}
