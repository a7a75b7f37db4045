using System.Data.Common;
using Hosting.Databases;

namespace Newsletter;

/// <summary>Work that starts once the schema is in place and continues until the process stops, even if a single run fails.</summary>
internal abstract class BackgroundWork(IEnumerable<Schema> schemas, ILogger logger) : BackgroundService
{
    /// <summary>Does what there is to do.</summary>
    protected abstract Task TurnAsync(CancellationToken cancellationToken);

    /// <summary>Returns when the next turn is worth a look.</summary>
    protected abstract Task RestAsync(CancellationToken cancellationToken);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.WhenAll(schemas.Select(schema => schema.Applied)).WaitAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await TurnAsync(stoppingToken);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                // The message of a database error names tables, never values; other messages may quote an address, so only their type is
                // told.
                Log.TurnFailed(
                    logger,
                    GetType().Name,
                    error.GetType().Name,
                    error is DbException or HttpRequestException ? error.Message : ""
                );
            }

            await RestAsync(stoppingToken);
        }
    }
}
