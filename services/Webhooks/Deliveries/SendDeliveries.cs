using System.Collections.Concurrent;
using Hosting.Databases;
using Webhooks.Endpoints;
using Webhooks.Sending;
using Webhooks.Signing;

namespace Webhooks.Deliveries;

/// <summary>
/// Sends what is due. One delivery at a time to an endpoint, many endpoints at once: a slow receiver holds up its own deliveries and nobody
/// else's.
/// </summary>
internal sealed class SendDeliveries(
    [FromKeyedServices(WebhooksService.Name)] Schema schema,
    DeliveryQueue queue,
    MessageClient client,
    KeySeal seal,
    TimeProvider timeProvider,
    WorkSignals signals,
    WebhooksMetrics metrics,
    ILogger<SendDeliveries> logger
) : BackgroundWork(schema, logger)
{
    private const int MostAtOnce = 32;
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan PurgeEvery = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<string, Task> _busy = [];
    private long _purged;

    protected override Task RestAsync(CancellationToken cancellationToken) =>
        signals.Deliveries.WaitAsync(Look, timeProvider, cancellationToken);

    protected override async Task TurnAsync(CancellationToken cancellationToken)
    {
        var due = await queue.DueAsync(cancellationToken);
        metrics.Due(due.Count > 0 ? due[0].Since : null);
        foreach (var (endpoint, _) in due)
        {
            if (_busy.Count >= MostAtOnce)
                break;
            if (_busy.ContainsKey(endpoint))
                continue;
            // Begins once it is noted: noted after its end, it would be busy forever.
            var noted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _busy[endpoint] = DrainAsync(endpoint, noted.Task, cancellationToken);
            noted.SetResult();
        }

        if (_purged != 0 && timeProvider.GetElapsedTime(_purged) < PurgeEvery)
            return;
        await queue.PurgeAsync(cancellationToken);
        _purged = timeProvider.GetTimestamp();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await base.ExecuteAsync(stoppingToken);
        }
        finally
        {
            // An attempt under way is short, and one that was cut off would be made twice.
            await Task.WhenAll(_busy.Values);
        }
    }

    private async Task DrainAsync(string endpoint, Task noted, CancellationToken cancellationToken)
    {
        await noted;
        try
        {
            while (
                !cancellationToken.IsCancellationRequested
                && await queue.TakeAsync(endpoint, cancellationToken) is var (owner, delivery)
                && await SendAsync(owner, delivery)
            ) { }
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            Log.TurnFailed(
                logger,
                nameof(SendDeliveries),
                error.GetType().Name,
                error is System.Data.Common.DbException ? error.Message : ""
            );
        }
        catch (OperationCanceledException)
        {
            // The process stops; nothing was taken.
        }
        finally
        {
            _busy.TryRemove(endpoint, out _);
            signals.Deliveries.Set();
        }
    }

    /// <returns>Whether it was delivered; otherwise the endpoint's other deliveries wait too.</returns>
    private async Task<bool> SendAsync(StoredEndpoint endpoint, Delivery delivery)
    {
        var attempt = await AttemptAsync(endpoint, delivery);
        if (await queue.EndAsync(delivery, attempt) is not var (outcome, disabled))
            return false;
        metrics.Attempted(outcome);
        if (attempt.Problem is { } problem)
            Log.AttemptFailed(logger, delivery.Attempts, delivery.Id, endpoint.Id, problem);
        if (disabled is not null)
        {
            metrics.Disabled(disabled);
            Log.Disabled(logger, endpoint.Id, disabled);
        }

        return attempt.IsDelivered;
    }

    private async Task<Attempt> AttemptAsync(StoredEndpoint endpoint, Delivery delivery)
    {
        var now = timeProvider.GetUtcNow();
        if (seal.Open(endpoint.Id, endpoint.Keys) is not { } keys)
        {
            Log.KeysUnreadable(logger, endpoint.Id);
            return new Attempt(null, "The endpoint's keys can't be read");
        }

        var former =
            endpoint.FormerUntil > now.ToUnixTimeMilliseconds() && endpoint.FormerKeys is { } kept ? seal.Open(endpoint.Id, kept) : null;
        var timestamp = now.ToUnixTimeSeconds();
        var signatures = new[] { keys, former }
            .OfType<SigningKeys>()
            .Select(signer => signer.Sign(delivery.Id, timestamp, delivery.Payload));
        var message = new Message(delivery.Id, timestamp, string.Join(' ', signatures), delivery.Payload);
        return await client.SendAsync(new Uri(endpoint.Url), message, CancellationToken.None);
    }
}
