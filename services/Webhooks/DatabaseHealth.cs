using Dapper;
using Hosting.Databases;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Webhooks;

/// <summary>Ready once the schema is in place and the database answers.</summary>
internal sealed class DatabaseHealth([FromKeyedServices(WebhooksService.Name)] Database database) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await database.Source.RetryIfStaleAsync(() => AskAsync(cancellationToken));
            return HealthCheckResult.Healthy();
        }
        catch (System.Data.Common.DbException)
        {
            return HealthCheckResult.Unhealthy("The webhooks' database does not answer, or its schema is not in place yet.");
        }
    }

    private async Task<long> AskAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<long>("select count(*) from told where kind = ''");
    }
}
