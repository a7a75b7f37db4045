using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Voting.Ledger.Sqlite;

/// <summary>
/// A statement of the writing connection, prepared once and stepped directly. Through ADO.NET the same three statements a vote took twice
/// as long as SQLite itself needs for them, and the one writer waits for every microsecond of it.
/// </summary>
internal sealed class SqliteStatement : IDisposable
{
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;
    private int _bound;

    /// <exception cref="SqliteException">The text is no SQL for this database.</exception>
    public SqliteStatement(SqliteConnection connection, string sql)
    {
        _database = connection.Handle!;
        Check(raw.sqlite3_prepare_v3(_database, sql, raw.SQLITE_PREPARE_PERSISTENT, out _statement));
    }

    /// <summary>Parameters are bound in the order of their question marks.</summary>
    public SqliteStatement Blob(ReadOnlySpan<byte> value) => Bound(raw.sqlite3_bind_blob(_statement, ++_bound, value));

    /// <param name="value">As its 16 bytes.</param>
    public SqliteStatement Id(Guid value)
    {
        Span<byte> bytes = stackalloc byte[16];
        value.TryWriteBytes(bytes);
        return Blob(bytes);
    }

    /// <param name="value">UTF-8.</param>
    public SqliteStatement Text(ReadOnlySpan<byte> value) => Bound(raw.sqlite3_bind_text(_statement, ++_bound, value));

    public SqliteStatement Number(long value) => Bound(raw.sqlite3_bind_int64(_statement, ++_bound, value));

    /// <returns>True when there is a row to read; <see cref="Done"/> has to follow.</returns>
    public bool Find()
    {
        var code = raw.sqlite3_step(_statement);
        if (code is not (raw.SQLITE_ROW or raw.SQLITE_DONE))
            Fail(code);
        return code is raw.SQLITE_ROW;
    }

    public long Number(int column) => raw.sqlite3_column_int64(_statement, column);

    /// <summary>Valid until <see cref="Done"/>.</summary>
    public ReadOnlySpan<byte> Blob(int column) => raw.sqlite3_column_blob(_statement, column);

    /// <summary>Makes it ready for the next values.</summary>
    public void Done()
    {
        _bound = 0;
        Check(raw.sqlite3_reset(_statement));
    }

    /// <summary>Runs a statement that answers nothing.</summary>
    /// <exception cref="SqliteException">Busy, full, or the disk failed.</exception>
    public void Run()
    {
        Find();
        Done();
    }

    public void Dispose() => _statement.Dispose();

    private SqliteStatement Bound(int code)
    {
        Check(code);
        return this;
    }

    private void Check(int code)
    {
        if (code is not raw.SQLITE_OK)
            Fail(code);
    }

    private void Fail(int code)
    {
        var why = raw.sqlite3_errmsg(_database).utf8_to_string();
        _bound = 0;
        _ = raw.sqlite3_reset(_statement); // Says again what failed before.
        throw new SqliteException($"SQLite Error {code}: '{why}'.", code, raw.sqlite3_extended_errcode(_database));
    }
}
