using Microsoft.Extensions.Diagnostics.HealthChecks;
using Voting.Ledger;
using Voting.Voters;

namespace Voting;

/// <summary>Voting is ready while the ledger answers. The broker may be unavailable: votes are still taken.</summary>
public sealed class LedgerHealth(VoteLedger ledger, VoterHasher hasher) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        await ledger.ProbeAsync(cancellationToken);
        return hasher.Ready ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("The ledger's schema is not in place yet.");
    }
}

/// <summary>
/// Without any list of tools no vote can be taken. Once there is one, in the ledger's store or from the catalog, the catalog may be
/// unavailable.
/// </summary>
public sealed class ToolsHealth(Tools.ToolList tools) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        // What other replicas have stored will do; the list looks there at most a few times a second.
        tools.Told || await tools.ReadAsync(cancellationToken)
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy("The catalog's tools are not known yet.");
}
