using System.Data;
using System.Data.Common;
using Dapper;
using Hosting.Databases;
using Microsoft.Data.Sqlite;

namespace Catalog.Store;

/// <summary>Opens the catalog's database for one reading or one edit.</summary>
internal sealed class CatalogStore([FromKeyedServices("Catalog")] Database database)
{
    public Database Database => database;

    /// <summary>Reads from one snapshot: a tool, its plans and its reviews are of one version, so that its ETag is true.</summary>
    public Task<T> ReadAsync<T>(Func<CatalogReader, Task<T>> read, CancellationToken cancellationToken) =>
        database.Source.RetryIfStaleAsync(() => ReadOnceAsync(read, cancellationToken));

    private async Task<T> ReadOnceAsync<T>(Func<CatalogReader, Task<T>> read, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        // SQLite's ordinary BEGIN takes the write lock; a deferred one reads a snapshot beside a writer.
        await using DbTransaction snapshot = connection is SqliteConnection sqlite
            ? sqlite.BeginTransaction(deferred: true)
            : await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        return await read(new CatalogReader(connection, snapshot));
    }

    /// <summary>
    /// One edit. The catalog's own row is locked first, so edits happen one after another: what an edit checked still holds when it
    /// commits. Editors are few; a lock per tool would save nothing and let a comparison's two tools deadlock.
    /// </summary>
    /// <returns>What <paramref name="edit"/> answers; it is kept only if <paramref name="edit"/> asks for it.</returns>
    public async Task<T> EditAsync<T>(Func<CatalogWriter, Task<T>> edit, CancellationToken cancellationToken)
    {
        var (connection, transaction, writer) = await database.Source.RetryIfStaleAsync(() => BeginAsync(cancellationToken));
        await using var open = connection;
        await using var begun = transaction;
        var answer = await edit(writer);
        if (writer.Edited)
            // Not cancelled by an editor who disconnects: half-way is the one place where nobody would know what happened.
            await transaction.CommitAsync(CancellationToken.None);
        return answer;
    }

    // Up to the lock it may be done twice; what an edit wrote may not.
    private async Task<(DbConnection Connection, DbTransaction Transaction, CatalogWriter Writer)> BeginAsync(
        CancellationToken cancellationToken
    )
    {
        var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        try
        {
            var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
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

    /// <summary>
    /// Lets readers read while an editor writes. Kept in the file, so once is enough; no migration script can do it, since those run in
    /// transactions.
    /// </summary>
    public async Task UseWriteAheadLogAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync("pragma journal_mode = wal");
    }
}
