using Hosting;
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
        var tallies = app.MapGroup("/api/tallies").WithTags("Tallies").ReadableByAnySite("Tally-Age");
        tallies.AddEndpointFilter(
            (context, next) =>
            {
                context.HttpContext.Response.Headers.CacheControl = "no-store";
                return next(context);
            }
        );
        tallies
            .MapGet("/", ReadTallies.Several)
            .WithSummary($"The tallies of up to {Contracts.Limits.ToolsAtOnce} tools in the order asked; unknown tools are left out")
            .WithDescription(
                "`ranked=true` also leaves out tools that no ranking shows: those without votes, and those whose votes come from fewer "
                    + $"networks than half as many, up to {Contracts.Breadth.MostNetworks}."
            )
            .ProducesProblem(400)
            .ProducesProblem(503);
        var computed = tallies.MapGroup("").LimitConcurrency(ConcurrencyLimit.Computing);
        computed
            .MapGet("/top", ReadTallies.Top)
            .WithSummary("Tools with votes from enough networks by the lower bound of their interval, best first")
            .ProducesProblem(400)
            .ProducesProblem(503);
        computed
            .MapGet("/divided", ReadTallies.Divided)
            .WithSummary("Tools with votes from enough networks, nearest to half and half first")
            .ProducesProblem(400)
            .ProducesProblem(503);
        // Made here and not by each request, whose scope of services would be kept for as long as the reader stays.
        tallies
            .MapGet("/stream", app.Services.GetRequiredService<StreamTallies>().Handle)
            .WithSummary(
                $"The tallies of 1 to {Contracts.Limits.ToolsAtOnce} tools as server-sent events: how they stand, then every change"
            )
            .Produces<string>(200, "text/event-stream")
            .ProducesProblem(400)
            .ProducesProblem(404)
            .ProducesProblem(429)
            .ProducesProblem(503);
        tallies.MapGet("/{tool}", ReadTallies.One).WithSummary("One tool's tally").ProducesProblem(404).ProducesProblem(503);
        computed
            .MapGet("/{tool}/history", ReadHistory.Handle)
            .WithSummary("One tool's tally at the end of each minute, hour (default) or day in which it changed")
            .ProducesProblem(400)
            .ProducesProblem(404)
            .ProducesProblem(503);
        app.MapHub<TallyHub>(LiveTallies.HubPath, LiveTallies.Configure).Guard(app.Services);
    }
}
