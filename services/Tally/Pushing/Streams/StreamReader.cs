using System.Buffers;
using System.Text;
using Tally.Pushing.Connections;
using Tally.State;

namespace Tally.Pushing.Streams;

/// <summary>A reader of server-sent events.</summary>
internal sealed class StreamReader(HttpContext context, OpenStreams streams, Admission.Slot admitted) : Reader(streams.Pushes)
{
    private static readonly byte[] Comment = ":\n\n"u8.ToArray();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private StreamPosition _position = null!;

    /// <summary>Writes how the tools stand and then every change, until the client leaves, doesn't read, or the process stops.</summary>
    /// <param name="lastEventId">What the client was told on the connection before, or null: only what differs from that is written at
    /// first.</param>
    public async Task ServeAsync(string[] tools, string? lastEventId)
    {
        using (admitted)
        using (context.RequestAborted.UnsafeRegister(static reader => ((StreamReader)reader!).End(), this))
        {
            try
            {
                await WriteStandingsAsync(tools, lastEventId);
                // Only now may others write.
                var place = streams.Add(this);
                try
                {
                    Activate();
                    await _ended.Task;
                }
                finally
                {
                    streams.Remove(this, place);
                }
            }
            finally
            {
                await FallQuietAsync();
            }
        }
    }

    public override ValueTask GoodbyeAsync()
    {
        End();
        return ValueTask.CompletedTask;
    }

    public void End() => _ended.TrySetResult();

    protected override ValueTask WriteAsync(Standing standing)
    {
        _position.Reach(standing.Totals);
        var output = context.Response.BodyWriter;
        _position.Write(output);
        output.Write(standing.StreamEvent);
        return FlushAsync();
    }

    // Keeps proxies from closing an idle stream, and finds out whether the client is still there.
    protected override ValueTask WriteSignAsync() => WriteAsync(Comment);

    protected override void Abort()
    {
        context.Abort();
        End();
    }

    private ValueTask WriteAsync(ReadOnlySpan<byte> bytes)
    {
        context.Response.BodyWriter.Write(bytes);
        return FlushAsync();
    }

    private async ValueTask FlushAsync()
    {
        var flushed = await context.Response.BodyWriter.FlushAsync(CancellationToken.None);
        if (flushed.IsCompleted)
            End();
    }

    private async Task WriteStandingsAsync(string[] tools, string? lastEventId)
    {
        var standings = (await PrepareAsync(tools))!;
        _position = new StreamPosition(standings);
        // Browsers wait three to five seconds before they connect again, and all of them equally long. Written always, so that the client
        // knows that it is connected.
        await WriteAsync(Encoding.UTF8.GetBytes($"retry: {Random.Shared.Next(500, 1500)}\n\n"));
        foreach (var standing in _position.Resume(lastEventId))
            await WriteAsync(standing);
    }

    // The response may not be completed under a write, and a client that doesn't read is not waited for.
    private async Task FallQuietAsync()
    {
        var quiet = CloseAsync();
        if (await Task.WhenAny(quiet, Task.Delay(TimeSpan.FromSeconds(1))) != quiet)
            context.Abort();
    }
}
