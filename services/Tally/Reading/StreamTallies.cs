using Contracts;
using Hosting;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Tally;

/// <summary><c>GET /api/tallies/stream</c>: the live tallies for whoever has no SignalR.</summary>
internal static class StreamTallies
{
    // FromQuery is said, since the request delegate generator else takes the array for a body that may be: the route then asks for JSON, and a request without a body falls through to the
    // tool of the name "stream".
    public static async Task<Results<EmptyHttpResult, ProblemHttpResult>> Handle(HttpContext context, [FromQuery] string[] tool, Board board, Pushes pushes, Streams streams)
    {
        if (ReadTallies.Refuse(context, tool, board) is { } refusal)
            return refusal;
        var tools = tool.Distinct().ToArray();
        if (tools.Length == 0)
            return Problems.Of(400, "no-tool", $"Name 1 to {Reader.MostTools} tools, as in ?tool=cursor-2-0.");
        if (Array.Find(tools, name => board.Find(name) is null) is { } unknown)
            return Problems.Of(404, "unknown-tool", $"There is no tool '{unknown}'.");

        var response = context.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();

        var reader = new StreamReader(context, pushes);
        await using var left = context.RequestAborted.UnsafeRegister(static reader => ((StreamReader)reader!).End(), reader);
        try
        {
            foreach (var standing in (await reader.PrepareAsync(tools))!)
                await reader.WriteAsync(standing.StreamEvent);
            // Only now may others write: heartbeats, and then changes.
            streams.Add(reader);
            reader.Activate();
            await reader.Ended;
        }
        finally
        {
            streams.Remove(reader);
            // The response may not be completed under a write, and a client that doesn't read is not waited for.
            var quiet = reader.CloseAsync();
            if (await Task.WhenAny(quiet, Task.Delay(TimeSpan.FromSeconds(1))) != quiet)
                context.Abort();
        }

        return TypedResults.Empty;
    }
}
