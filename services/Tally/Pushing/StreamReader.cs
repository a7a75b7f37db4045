namespace Tally;

/// <summary>A reader of server-sent events.</summary>
internal sealed class StreamReader(HttpContext context, Pushes pushes) : Reader(pushes)
{
    private static readonly byte[] Comment = ":\n\n"u8.ToArray();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Done when the stream should end: the client left, doesn't read, or the process stops.</summary>
    public Task Ended => _ended.Task;

    public override ValueTask GoodbyeAsync()
    {
        End();
        return ValueTask.CompletedTask;
    }

    public void End() => _ended.TrySetResult();

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        var flushed = await context.Response.BodyWriter.WriteAsync(bytes, CancellationToken.None);
        if (flushed.IsCompleted)
            End();
    }

    protected override ValueTask WriteAsync(Standing standing) => WriteAsync(standing.StreamEvent);

    // Keeps proxies from closing an idle stream, and finds out whether the client is still there.
    protected override ValueTask WriteSignAsync() => WriteAsync(Comment);

    protected override void Abort()
    {
        context.Abort();
        End();
    }
}
