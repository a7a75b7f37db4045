using Contracts;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Operator.DeadLetters;

/// <summary>A dead letter as it is stored in its queue.</summary>
/// <param name="Queue">The queue it is in.</param>
/// <param name="Reason">Why it is there, as far as its headers say.</param>
/// <param name="Body">The message as UTF-8 text.</param>
internal sealed record DeadLetter(string Queue, string? MessageId, string Reason, string? Consumer, DateTimeOffset? At, string Body);

/// <summary>
/// Takes dead letters one by one, with confirmed publishes before each acknowledgement: whatever is killed in between doubles a message at
/// worst, and every message here is a state, which does no harm twice.
/// </summary>
internal sealed class DeadLetterQueues(IConnection broker) : IAsyncDisposable
{
    public static IReadOnlyList<string> Names { get; } = Queues.All.SelectMany(Queues.DeadLettersOf).ToList();

    /// <exception cref="BrokerUnreachableException">The broker is unavailable.</exception>
    public static async Task<DeadLetterQueues> ConnectAsync(Uri address, CancellationToken cancellationToken)
    {
        var factory = Broker.At(address);
        factory.ClientProvidedName = "operator";
        return new(await factory.CreateConnectionAsync(cancellationToken));
    }

    public ValueTask DisposeAsync() => broker.DisposeAsync();

    /// <returns>Messages in the queue; null when it was never declared, which is as good as empty.</returns>
    public async Task<uint?> CountAsync(string queue, CancellationToken cancellationToken)
    {
        // A channel of its own: asking for a queue that isn't there closes it.
        await using var channel = await broker.CreateChannelAsync(cancellationToken: cancellationToken);
        try
        {
            return (await channel.QueueDeclarePassiveAsync(queue, cancellationToken)).MessageCount;
        }
        catch (OperationInterruptedException missing) when (missing.ShutdownReason?.ReplyCode == Constants.NotFound)
        {
            return null;
        }
    }

    /// <summary>
    /// Hands each of the queue's present messages to <paramref name="each"/> and then moves it to the queue that names, or out of the
    /// broker for null. To look at messages they are moved to where they were: merely handing them back would count as a failed delivery,
    /// and RabbitMQ 4 drops a message after twenty.
    /// </summary>
    /// <returns>How many were moved.</returns>
    public async Task<int> MoveAsync(string queue, int most, Func<DeadLetter, string?> each, CancellationToken cancellationToken)
    {
        var count = (int)Math.Min(await CountAsync(queue, cancellationToken) ?? 0, (uint)most);
        await using var channel = await broker.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true),
            cancellationToken
        );
        for (var moved = 0; moved < count; moved++)
        {
            if (await channel.BasicGetAsync(queue, autoAck: false, cancellationToken) is not { } got)
                return moved;
            var target = each(Headers.Read(queue, got));
            if (target is not null)
            {
                var properties = new BasicProperties(got.BasicProperties);
                if (target != queue)
                    properties.Headers = Headers.WithoutFaults(got.BasicProperties.Headers);
                await channel.BasicPublishAsync("", target, mandatory: true, properties, got.Body, cancellationToken);
            }

            await channel.BasicAckAsync(got.DeliveryTag, multiple: false, cancellationToken);
        }

        return count;
    }
}
