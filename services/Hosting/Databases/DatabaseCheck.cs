using System.Data.Common;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Hosting.Databases;

internal sealed class DatabaseCheck(DbDataSource source, Schema schema) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (!schema.Applied.IsCompletedSuccessfully)
            return HealthCheckResult.Unhealthy("The schema is not in place yet.");
        try
        {
            await source.RetryIfStaleAsync(() => AskAsync(cancellationToken));
            return HealthCheckResult.Healthy();
        }
        catch (DbException)
        {
            return HealthCheckResult.Unhealthy("The database does not answer.");
        }
    }

    private async Task<object?> AskAsync(CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = "select 1";
        return await command.ExecuteScalarAsync(cancellationToken);
    }
}

public static class DatabaseChecks
{
    /// <summary>Adds a check that is healthy once the schema is in place and the database answers.</summary>
    public static IHealthChecksBuilder AddDatabaseCheck(this IHealthChecksBuilder checks, string name, string database) =>
        checks.Add(
            new HealthCheckRegistration(
                name,
                services => new DatabaseCheck(
                    services.GetRequiredKeyedService<Database>(database).Source,
                    services.GetRequiredKeyedService<Schema>(database)
                ),
                failureStatus: null,
                tags: null
            )
        );
}
