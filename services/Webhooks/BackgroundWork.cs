using System.Data.Common;
using Hosting.Databases;

namespace Webhooks;

/// <summary>Work that starts once the schema is in place and continues until the process stops, even if a single turn fails.</summary>
internal abstract class BackgroundWork(Schema schema, ILogger logger) : BackgroundService
{
    /// <summary>Does what there is to do.</summary>
    protected abstract Task TurnAsync(CancellationToken cancellationToken);

    /// <summary>Returns when the next turn is worth a look.</summary>
    protected abstract Task RestAsync(CancellationToken cancellationToken);

    /// <summary>Returns when the first turn may begin.</summary>
    protected virtual Task BeginAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await schema.Applied.WaitAsync(stoppingToken);
        await BeginAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await TurnAsync(stoppingToken);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                // The message of a database error names tables, never values; other messages may quote an address.
                Log.TurnFailed(logger, GetType().Name, error.GetType().Name, error is DbException ? error.Message : "");
            }

            await RestAsync(stoppingToken);
        }
    }
}
