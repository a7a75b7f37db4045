using System.Data.Common;
using Faults.Tests.Machine;
using Faults.Tests.Servers;
using Npgsql;
using Xunit;

namespace Manifests.Tests.Schemas;

/// <summary>One PostgreSQL for all of the schemas' tests, started by the first that asks.</summary>
public sealed class SchemaServer : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("schemas-").FullName;
    private Postgres? _postgres;

    /// <returns>An open connection to an empty database.</returns>
    public async Task<DbConnection> NewDatabaseAsync()
    {
        if (_postgres is null)
        {
            // PostgreSQL does not run as root; its own account must get through to its directory.
            File.SetUnixFileMode(_folder, (UnixFileMode)0b111_001_001);
            try
            {
                _postgres = new Postgres(_folder);
            }
            catch (MissingProgramException missing)
            {
                Assert.Skip(missing.Message);
            }

            await _postgres!.StartAndWait();
        }

        var name = "schema_" + Guid.NewGuid().ToString("N");
        await _postgres.Create(name);
        var database = new NpgsqlConnection(_postgres.ConnectionTo(name) + ";Pooling=false");
        await database.OpenAsync();
        return database;
    }

    public void Dispose()
    {
        _postgres?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
