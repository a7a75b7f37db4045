using Hosting;
using Hosting.Description;
using Hosting.Http;
using Hosting.Limits;
using Hosting.Observability;
using MassTransit;
using Microsoft.AspNetCore.SignalR;
using Tally.Consumers;
using Tally.Counters;
using Tally.History;
using Tally.Pushing;
using Tally.Pushing.Connections;
using Tally.Pushing.SignalR;
using Tally.Pushing.Sockets;
using Tally.Pushing.Streams;
using Tally.Reading;
using Tally.Reconciling;
using Tally.State;

namespace Tally;

/// <summary>Composes the service: its own Program and Standalone call the same three methods.</summary>
public static class TallyService
{
    public static void AddTally(this WebApplicationBuilder builder)
    {
        var inMemory = builder.AddCounters();
        builder.AddServiceClient("Voting");
        builder.AddServiceClient("Catalog");
        builder.AddTelemetryOf("Tally");
        builder.DescribeTag(
            "Tallies",
            $"""
            The community's numbers, live.

            The SignalR hub `{LiveTallies.HubPath}` (JSON or MessagePack) has the same tallies:
            - `Watch(string[] tools)` returns the current tallies, in the shape of `Tally`.
            - A connection watches up to {Contracts.Limits.ToolsAtOnce} tools.
            - `TallyChanged(tally)` is sent for every change of a watched tool, at most ten times a second; the latest state is always sent.
            - `Unwatch(string[] tools)` stops that.

            Call `Watch` again after every reconnect. Browsers connect from this site's pages only; other sites use the event stream.
            """
        );
        builder.LeaveUntraced(LiveTallies.HubPath, LiveTallies.StreamPath);
        var services = builder.Services;
        var settings = TallySettings.From(builder.Configuration, inMemory);
        services.AddSingleton(settings);
        services
            .AddSingleton<TallyMetrics>()
            .AddHostedService(provider => provider.GetRequiredService<TallyMetrics>())
            .AddSingleton<Board>()
            .AddSingleton<HistoryFollower>();
        services
            .AddSingleton<Pushes>()
            .AddSingleton<KeepAlive>()
            .AddSingleton<Admission>()
            .AddSingleton<OpenStreams>()
            .AddSingleton<StreamTallies>();
        services.AddSingleton<HubRateLimit>().AddSingleton<HubCalls>().AddTransient<IStartupFilter, DetachedConnections>();
        services.AddDirectSockets();
        services.AddSingleton<HubLifetimeManager<TallyHub>, HubReaders>();
        services
            .AddSignalR()
            .AddHubOptions<TallyHub>(hub => LiveTallies.Configure(hub, settings))
            .AddJsonProtocol()
            .AddMessagePackProtocol();
        builder.Logging.AddFilter(HubExceptionLog.Replaced, LogLevel.None);
        services.AddHostedService<Reconciler>();
        services.AddHostedService(provider => provider.GetRequiredService<HistoryFollower>());
        services.AddHostedService(provider => provider.GetRequiredService<KeepAlive>());
        services.AddHostedService<Drain>();
        services.AddHealthChecks().AddCheck<TallyHealth>("counters");
    }

    /// <summary>What this service hears from the bus.</summary>
    public static void Consumers(IBusRegistrationConfigurator bus)
    {
        bus.AddConsumer<TotalsMovedConsumer, TotalsMovedConsumerDefinition>();
        bus.AddConsumer<ToolsChangedConsumer, ToolsChangedConsumerDefinition>();
    }

    public static void MapTally(this WebApplication app)
    {
        var tallies = app.MapGroup("/api/tallies")
            .WithTags("Tallies")
            .ReadableByAnySite("Tally-Age")
            .ExplainParameter("tool", "A tool's slug.", "cursor-2-0");
        tallies.AddEndpointFilter(
            (context, next) =>
            {
                context.HttpContext.Response.Headers.CacheControl = "no-store";
                return next(context);
            }
        );
        tallies
            .MapGet("/", ReadTallies.Several)
            .WithName("listTallies")
            .WithSummary($"The tallies of up to {Contracts.Limits.ToolsAtOnce} tools in the order asked; unknown tools are left out")
            .WithDescription(
                "`ranked=true` also leaves out tools that no ranking shows: those without votes, and those whose votes come from fewer "
                    + $"networks than half as many, up to {Contracts.Breadth.MostNetworks}."
            )
            .ExplainParameter("tool", $"A tool's slug; repeat it for up to {Contracts.Limits.ToolsAtOnce} tools.", ApiExamples.Tools)
            .ExplainParameter("ranked", "Whether to leave out tools that no ranking shows.")
            .ShowAnswer(new[] { ApiExamples.Tally })
            .ProducesProblem(400)
            .ProducesProblem(503);
        var computed = tallies.MapGroup("").LimitConcurrency(ConcurrencyLimit.Computing);
        computed
            .MapGet("/top", ReadTallies.Top)
            .WithName("listTopTallies")
            .ExplainParameter("limit", "How many at most, from 1 to 100; 10 without it.", 10)
            .ShowAnswer(new[] { ApiExamples.Tally })
            .WithSummary("Tools with votes from enough networks by the lower bound of their interval, best first")
            .ProducesProblem(400)
            .ProducesProblem(503);
        computed
            .MapGet("/divided", ReadTallies.Divided)
            .WithName("listDividedTallies")
            .ExplainParameter("limit", "How many at most, from 1 to 100; 10 without it.", 10)
            .ShowAnswer(new[] { ApiExamples.Tally })
            .WithSummary("Tools with votes from enough networks, nearest to half and half first")
            .ProducesProblem(400)
            .ProducesProblem(503);
        // Made here and not by each request, whose scope of services would be kept for as long as the reader stays.
        tallies
            .MapGet("/stream", app.Services.GetRequiredService<StreamTallies>().Handle)
            .WithSummary(
                $"The tallies of 1 to {Contracts.Limits.ToolsAtOnce} tools as server-sent events: how they stand, then every change"
            )
            .WithName("streamTallies")
            .WithDescription(
                "Every event is a `tally` whose data is one tool's tally as JSON. Its `id` holds the ledger's epoch and the version of "
                    + "each tool; a client that reconnects with it as `Last-Event-ID` first gets what changed meanwhile, and nothing else."
            )
            .ExplainParameter("tool", $"A tool's slug; repeat it for up to {Contracts.Limits.ToolsAtOnce} tools.", ApiExamples.Tools)
            .AddHeader("Last-Event-ID", "The `id` of the last event you got. One that can't be read counts as none.", "1 cursor-2-0=15")
            .Produces<string>(200, "text/event-stream")
            .ShowAnswer(ApiExamples.Stream)
            .ProducesProblem(400)
            .ProducesProblem(404)
            .ProducesProblem(429)
            .ProducesProblem(503);
        tallies
            .MapGet("/{tool}", ReadTallies.One)
            .WithName("getTally")
            .WithSummary("One tool's tally")
            .ShowAnswer(ApiExamples.Tally)
            .ProducesProblem(404)
            .ProducesProblem(503);
        computed
            .MapGet("/{tool}/history", ReadHistory.Handle)
            .WithName("getTallyHistory")
            .ExplainParameter("bucket", "How wide a step is.", "hour")
            .RestrictParameter("bucket", "minute", "hour", "day")
            .ShowAnswer(ApiExamples.History)
            .WithSummary("One tool's tally at the end of each minute, hour (default) or day in which it changed")
            .ProducesProblem(400)
            .ProducesProblem(404)
            .ProducesProblem(503);
        app.MapHub<TallyHub>(LiveTallies.HubPath, LiveTallies.Configure).Guard(app.Services);
    }
}
