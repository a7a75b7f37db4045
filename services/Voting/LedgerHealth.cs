using Microsoft.Extensions.Diagnostics.HealthChecks;
using Voting.Ledger;

namespace Voting;

/// <summary>Voting is ready while the ledger answers. Broker and Redis may be away: votes are still taken.</summary>
public sealed class LedgerHealth(VoteLedger ledger) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        await ledger.ProbeAsync(cancellationToken);
        return HealthCheckResult.Healthy();
    }
}
