using System.Collections.Concurrent;
using System.Text.Json;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using Testing.Servers;

namespace Faults.Tests.Servers;

/// <summary>Listens to every message about totals and publishes it three times more, shuffled among its neighbours.</summary>
public sealed class Echo : IAsyncDisposable
{
    /// <summary>Where MassTransit publishes <c>TotalsMoved</c>.</summary>
    public const string Exchange = "Contracts:TotalsMoved";
    private const string Copy = "faults-copy";
    private readonly IConnection _connection;
    private readonly IChannel _channel;
    private readonly Random _luck;
    private readonly ConcurrentQueue<(BasicProperties Properties, byte[] Body)> _heard = [];
    private readonly ConcurrentDictionary<string, long> _newest = [];
    private readonly CancellationTokenSource _stop = new();
    private Task _repeating = Task.CompletedTask;
    private int _count;
    private int _repeated;
    private int _late;

    private Echo(IConnection connection, IChannel channel, Random luck)
    {
        _connection = connection;
        _channel = channel;
        _luck = luck;
    }

    /// <summary>How many copies were sent after something newer about one of their tools had been heard.</summary>
    public int Late => Volatile.Read(ref _late);

    public static async Task<Echo> Start(Rabbit rabbit, Random luck)
    {
        var connection = await rabbit.Connect();
        var channel = await connection.CreateChannelAsync();
        var echo = new Echo(connection, channel, luck);
        var queue = (await channel.QueueDeclareAsync()).QueueName;
        await channel.QueueBindAsync(queue, Exchange, "");
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, message) =>
        {
            echo.Hear(message);
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue, autoAck: true, consumer);
        echo._repeating = Task.Run(echo.Repeat);
        return echo;
    }

    /// <summary>
    /// Publishes what is left, once more in any order, and says how many messages were heard, how many copies sent, and how many of them
    /// were outdated.
    /// </summary>
    public async Task<(int Heard, int Repeated, int Late)> Stop()
    {
        await _stop.CancelAsync();
        await _repeating;
        return (_count, _repeated, _late);
    }

    public async ValueTask DisposeAsync()
    {
        await Stop();
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
        _stop.Dispose();
    }

    private void Hear(BasicDeliverEventArgs message)
    {
        if (message.BasicProperties.Headers?.ContainsKey(Copy) == true)
            return;
        foreach (var (tool, version) in Totals(message.Body))
            _newest[tool] = version;
        var properties = new BasicProperties(message.BasicProperties);
        properties.Headers = new Dictionary<string, object?>(properties.Headers ?? new Dictionary<string, object?>()) { [Copy] = true };
        _heard.Enqueue((properties, message.Body.ToArray()));
    }

    private async Task Repeat()
    {
        var copies = new List<(BasicProperties Properties, byte[] Body)>();
        bool last;
        do
        {
            last = _stop.IsCancellationRequested;
            // Counted here and not when heard: what comes after the last round is nobody's.
            for (; _heard.TryDequeue(out var message); _count++)
                copies.AddRange([message, message, message]);
            _luck.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(copies));
            // Half of them stay for later, among messages yet to come.
            foreach (var (properties, body) in copies.Take(last ? copies.Count : copies.Count / 2))
            {
                if (Totals(body).Any(total => total.Version < _newest[total.Tool]))
                    _late++;
                await _channel.BasicPublishAsync(Exchange, "", mandatory: false, properties, body);
                _repeated++;
            }

            copies.RemoveRange(0, last ? copies.Count : copies.Count / 2);
            await Task.Delay(20, CancellationToken.None);
        } while (!last);
    }

    private static List<(string Tool, long Version)> Totals(ReadOnlyMemory<byte> body)
    {
        using var envelope = JsonDocument.Parse(body);
        return
        [
            .. envelope
                .RootElement.GetProperty("message")
                .GetProperty("totals")
                .EnumerateArray()
                .Select(total => (total.GetProperty("tool").GetString()!, total.GetProperty("version").GetInt64())),
        ];
    }
}
