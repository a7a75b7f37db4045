using System.Data.Common;

namespace Manifests.Tests.Schemas;

/// <summary>What code can rely on in a database, and what it must observe, as lines that two databases can be compared by.</summary>
/// <param name="Offers">Tables, columns with their types, functions with their parameters and answers: what is called.</param>
/// <param name="Demands">Required columns, constraints, triggers, unique indexes: what an insert must observe. The table's name stands
/// first.</param>
internal sealed record SchemaDescription(IReadOnlySet<string> Offers, IReadOnlySet<string> Demands)
{
    private const string PostgresOffers = """
        select 'table ' || table_name from information_schema.tables where table_schema = 'public'
        union all select 'column ' || table_name || '.' || column_name || ' ' || data_type from information_schema.columns where table_schema = 'public'
        union all select 'function ' || p.proname || '(' || pg_get_function_arguments(p.oid) || ') ' || coalesce(pg_get_function_result(p.oid), '') from pg_proc p where p.pronamespace = 'public'::regnamespace
        """;

    private const string PostgresDemands = """
        select table_name || ' requires ' || column_name from information_schema.columns
         where table_schema = 'public' and is_nullable = 'NO' and column_default is null and is_identity = 'NO'
        union all select conrelid::regclass || ' constraint ' || pg_get_constraintdef(oid) from pg_constraint where connamespace = 'public'::regnamespace and conrelid <> 0 and contype <> 'n'
        union all select tgrelid::regclass || ' trigger ' || tgname from pg_trigger where not tgisinternal
        union all select indrelid::regclass || ' unique ' || pg_get_indexdef(indexrelid) from pg_index where indisunique and not indisprimary and indrelid::regclass::text not like 'pg\_%'
        """;

    private const string SqliteOffers = """
        select 'table ' || name from sqlite_master where type = 'table'
        union all select 'column ' || m.name || '.' || c.name || ' ' || c.type from sqlite_master m join pragma_table_info(m.name) c where m.type = 'table'
        """;

    private const string SqliteDemands = """
        select m.name || ' requires ' || c.name from sqlite_master m join pragma_table_info(m.name) c where m.type = 'table' and c."notnull" = 1 and c.dflt_value is null
        union all select tbl_name || ' trigger ' || name from sqlite_master where type = 'trigger'
        union all select m.name || ' unique ' || i.name from sqlite_master m join pragma_index_list(m.name) i where m.type = 'table' and i."unique" = 1 and i.origin = 'c'
        union all select m.name || ' references ' || f."from" || ' ' || f."table" from sqlite_master m join pragma_foreign_key_list(m.name) f where m.type = 'table'
        """;

    public static async Task<SchemaDescription> ReadAsync(DbConnection database, string kind) =>
        new(
            (await database.RowsAsync(kind == "Postgres" ? PostgresOffers : SqliteOffers)).ToHashSet(),
            (await database.RowsAsync(kind == "Postgres" ? PostgresDemands : SqliteDemands)).ToHashSet()
        );

    /// <returns>What code made for this schema meets on the newer one that it does not expect.</returns>
    public IEnumerable<string> BrokenBy(SchemaDescription newer)
    {
        var tables = Offers
            .Where(offer => offer.StartsWith("table ", StringComparison.Ordinal))
            .Select(offer => offer["table ".Length..])
            .ToHashSet();
        return Offers
            .Except(newer.Offers)
            .Select(gone => $"no longer there: {gone}")
            .Concat(
                newer.Demands.Except(Demands).Where(demand => tables.Contains(demand.Split(' ')[0])).Select(more => $"demanded now: {more}")
            );
    }
}

internal static class DatabaseRows
{
    /// <returns>Each row as one text, its values parted by bars.</returns>
    public static async Task<List<string>> RowsAsync(this DbConnection database, string sql)
    {
        await using var command = database.CreateCommand();
        command.CommandText = sql;
        await using var rows = await command.ExecuteReaderAsync();
        var all = new List<string>();
        while (await rows.ReadAsync())
            all.Add(string.Join(" | ", Enumerable.Range(0, rows.FieldCount).Select(column => Text(rows.GetValue(column)))));
        return all;
    }

    private static string Text(object value) =>
        value switch
        {
            byte[] bytes => Convert.ToHexString(bytes),
            Array several => "[" + string.Join(",", several.Cast<object>().Select(Text)) + "]",
            _ => $"{value}",
        };
}
