using Microsoft.Extensions.Diagnostics.HealthChecks;
using Tally.State;

namespace Tally;

/// <summary>Ready once the tallies are known; without the counters' store still ready, and says so; not ready while stopping.</summary>
internal sealed class TallyHealth(Board board, IHostApplicationLifetime lifetime) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(
            lifetime.ApplicationStopping.IsCancellationRequested ? HealthCheckResult.Unhealthy("The process is stopping.")
            : !board.Filled.IsCompleted
                ? HealthCheckResult.Unhealthy("No counter is known yet: neither the counters nor the ledger and the catalog could be read.")
            : board.IsStale ? HealthCheckResult.Degraded("The counters are unavailable; readers get what this replica knows.")
            : HealthCheckResult.Healthy()
        );
}
