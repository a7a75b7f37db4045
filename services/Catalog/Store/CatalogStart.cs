using Hosting.Databases;

namespace Catalog.Store;

/// <summary>Makes the database ready once its schema is: the sample content of an empty one. Background work waits for it.</summary>
internal sealed class CatalogStart(
    CatalogStore store,
    [FromKeyedServices("Catalog")] Schema schema,
    TimeProvider timeProvider,
    ILogger<CatalogStart> logger
) : BackgroundService
{
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Ready => _ready.Task;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await schema.Applied.WaitAsync(stoppingToken);
        while (true)
        {
            try
            {
                if (store.Database.Kind is DatabaseKind.Sqlite)
                    await store.UseWriteAheadLogAsync(stoppingToken);
                if (await SampleContent.LoadAsync(store, timeProvider.GetUtcNow().UtcDateTime, stoppingToken))
                    Log.SampleLoaded(logger);
                foreach (var (from, to) in await StoredForms.UpgradeAsync(store, timeProvider.GetUtcNow().UtcDateTime, stoppingToken))
                    Log.Moved(logger, from, to);
                _ready.TrySetResult();
                return;
            }
            catch (System.Data.Common.DbException error)
            {
                Log.StartPostponed(logger, error.Message);
                await Task.Delay(TimeSpan.FromSeconds(1), stoppingToken);
            }
        }
    }
}
