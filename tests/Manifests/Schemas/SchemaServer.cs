using System.Data.Common;
using Npgsql;
using Testing.Machine;
using Testing.Servers;
using Xunit;

namespace Manifests.Tests.Schemas;

/// <summary>One PostgreSQL for all of the schemas' tests, started by the first that asks.</summary>
public sealed class SchemaServer : IDisposable
{
    private readonly SharedPostgres _postgres = new();

    /// <returns>An open connection to an empty database.</returns>
    public async Task<DbConnection> NewDatabaseAsync()
    {
        try
        {
            var database = new NpgsqlConnection(await _postgres.NewDatabaseAsync("schema") + ";Pooling=false");
            await database.OpenAsync();
            return database;
        }
        catch (MissingProgramException missing)
        {
            Assert.Skip(missing.Message);
            throw;
        }
    }

    public void Dispose() => _postgres.Dispose();
}
