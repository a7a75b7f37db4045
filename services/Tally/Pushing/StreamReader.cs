namespace Tally;

/// <summary>A reader of server-sent events.</summary>
internal sealed class StreamReader(HttpContext context, Streams streams, Admission.Place admitted) : Reader(streams.Pushes)
{
    private static readonly byte[] Comment = ":\n\n"u8.ToArray();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Writes how the tools stand and then every change, until the client leaves, doesn't read, or the process stops.</summary>
    public async Task ServeAsync(string[] tools)
    {
        using (admitted)
        using (context.RequestAborted.UnsafeRegister(static reader => ((StreamReader)reader!).End(), this))
        {
            try
            {
                await WriteStandingsAsync(tools);
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

    protected override ValueTask WriteAsync(Standing standing) => WriteAsync(standing.StreamEvent);

    // Keeps proxies from closing an idle stream, and finds out whether the client is still there.
    protected override ValueTask WriteSignAsync() => WriteAsync(Comment);

    protected override void Abort()
    {
        context.Abort();
        End();
    }

    private async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        var flushed = await context.Response.BodyWriter.WriteAsync(bytes, CancellationToken.None);
        if (flushed.IsCompleted)
            End();
    }

    private async Task WriteStandingsAsync(string[] tools)
    {
        foreach (var standing in (await PrepareAsync(tools))!)
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
