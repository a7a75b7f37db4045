using System.Text;
using RabbitMQ.Client;
using Testing;
using Testing.Servers;

namespace Faults.Tests.Servers;

/// <summary>Messages that no consumer can make sense of.</summary>
public static class Poison
{
    private const string Json = "application/vnd.masstransit+json";

    /// <returns>How many messages were put into the queue.</returns>
    public static async Task<int> Pour(Rabbit rabbit, string queue, string tool)
    {
        await QueueIsThere(rabbit, queue);
        await using var connection = await rabbit.Connect();
        await using var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true)
        );
        (string? ContentType, byte[] Body)[] poison =
        [
            (null, [0xFF, 0xFE, 0x00, 0x80, 0x01]),
            (Json, [0xFF, 0xFE, 0x00, 0x80, 0x01]),
            (Json, []),
            (Json, "{"u8.ToArray()),
            (Json, "[[[[]]]]"u8.ToArray()),
            (Json, Envelope("""{"totals":null}""")),
            (Json, Envelope("""{"totals":"many"}""")),
            (Json, Envelope($$"""{"totals":[{"tool":"{{tool}}","ship":"a lot","skip":{},"version":[]}]}""")),
            (Json, Envelope("{}")),
        ];
        foreach (var (contentType, body) in poison)
            await channel.BasicPublishAsync(
                "",
                queue,
                mandatory: true,
                new BasicProperties { ContentType = contentType, Persistent = true },
                body
            );
        return poison.Length;
    }

    /// <summary>Publishes totals as if Voting had, though the ledger never had them.</summary>
    /// <param name="totals">As in the message, a JSON array.</param>
    public static async Task Forge(Rabbit rabbit, string queue, string totals)
    {
        await QueueIsThere(rabbit, queue);
        await using var connection = await rabbit.Connect();
        await using var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true)
        );
        await channel.BasicPublishAsync(
            "",
            queue,
            mandatory: true,
            new BasicProperties { ContentType = Json, Persistent = true },
            Envelope($$"""{"totals":{{totals}}}""")
        );
    }

    // A consumer declares its queue when it first reaches the broker, which its readiness doesn't wait for.
    private static Task QueueIsThere(Rabbit rabbit, string queue) =>
        Eventually.HoldsAsync(async () => (await rabbit.Queues()).ContainsKey(queue), $"the queue {queue} is there");

    private static byte[] Envelope(string message) =>
        Encoding.UTF8.GetBytes(
            $$"""{"messageId":"{{Guid.NewGuid()}}","messageType":["urn:message:Contracts:TotalsMoved"],"message":{{message}}}"""
        );
}
