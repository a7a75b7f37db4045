using Contracts;
using Hosting.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Tally.Pushing.Connections;
using Tally.Reading;
using Tally.State;

namespace Tally.Pushing.Streams;

/// <summary><c>GET /api/tallies/stream</c>: the live tallies for clients without SignalR.</summary>
internal sealed class StreamTallies(Board board, OpenStreams streams, Admission admission)
{
    // FromQuery is said, since the request delegate generator else takes the array for a body that may be: the route then asks for JSON,
    // and a request without a body falls through to the tool of the name "stream".
    public Results<EmptyHttpResult, ProblemHttpResult> Handle(HttpContext context, [FromQuery] string[] tool)
    {
        if (ReadTallies.Refuse(context, tool, board) is { } refusal)
            return refusal;
        var tools = tool.Distinct().ToArray();
        if (tools.Length == 0)
            return Problems.Of(400, "no-tool", $"Name 1 to {Limits.ToolsAtOnce} tools, as in ?tool=cursor-2-0.");
        if (Array.Find(tools, name => board.Find(name) is null) is { } unknown)
            return ReadTallies.Unknown(unknown);
        var response = context.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        // Its headers are all there is to a HEAD; the stream would never end.
        if (HttpMethods.IsHead(context.Request.Method))
            return TypedResults.Empty;
        if (admission.Enter(context) is not { } slot)
            return Admission.Refuse(context);
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        var lastEventId = (string?)context.Request.Headers["Last-Event-ID"];
        var reader = new StreamReader(context, streams, slot);
        DetachedConnections.Begin(context, () => reader.ServeAsync(tools, lastEventId));
        return TypedResults.Empty;
    }
}
