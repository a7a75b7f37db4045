using Contracts;
using Hosting;
using Hosting.Databases;
using Hosting.Observability;

namespace Voting.Tools;

/// <summary>
/// Fills the tool list from the store, then from the catalog: until it answered once, and now and then afterwards, since messages may be
/// lost while the broker is unavailable.
/// </summary>
public sealed class ToolListFill(
    ToolList tools,
    IHttpClientFactory clients,
    [FromKeyedServices("Ledger")] Schema schema,
    IHostApplicationLifetime lifetime,
    TimeProvider timeProvider,
    ILogger<ToolListFill> logger
) : BackgroundService
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan NowAndThen = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await schema.Applied.WaitAsync(stoppingToken);
        await tools.ReadAsync(stoppingToken);
        await lifetime.StartedAsync(stoppingToken);
        var outage = new Outage();
        while (true)
        {
            try
            {
                using var timeout = stoppingToken.WithTimeout(TimeSpan.FromSeconds(5));
                var catalog = await clients.CreateClient("Catalog").GetFromJsonAsync<CatalogTools>("api/catalog/tools", timeout.Token);
                await tools.KeepAsync(catalog!.Tools, stoppingToken);
                tools.Told = true;
                outage.Works();
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                if (outage.Fails())
                    VotingLog.CatalogAway(logger, error.Message);
            }

            // An empty answer is a catalog that is still starting, more often than one without tools.
            await Task.Delay(outage.IsOn || !tools.Filled ? Soon : NowAndThen, timeProvider, stoppingToken);
        }
    }

    private sealed record CatalogTools(IReadOnlyList<ToolState> Tools);
}
