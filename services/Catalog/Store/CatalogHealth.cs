using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Catalog.Store;

internal sealed class CatalogHealth(CatalogStore store, CatalogStart start) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (!start.Ready.IsCompletedSuccessfully)
            return HealthCheckResult.Unhealthy("The schema or the sample content is not in place yet.");
        await store.ReadAsync(catalog => catalog.StampAsync(), cancellationToken);
        return HealthCheckResult.Healthy();
    }
}
