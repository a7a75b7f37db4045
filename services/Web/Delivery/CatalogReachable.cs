using Microsoft.Extensions.Diagnostics.HealthChecks;
using Web.Services;

namespace Web.Delivery;

/// <summary>
/// Web is ready when it runs: without the catalog it still says so to readers, and a restart would not bring the catalog back.
/// </summary>
internal sealed class CatalogReachable(CatalogReader catalog) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await catalog.CategoriesAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (ServiceUnavailableException)
        {
            return HealthCheckResult.Degraded("The catalog does not answer; pages return 503 until it does.");
        }
    }
}
