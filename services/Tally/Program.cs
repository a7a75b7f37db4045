using Hosting;
using Hosting.Configuration;
using Hosting.Messaging;
using Tally;
using Tally.Pushing.Connections;

return await Service.RunAsync(
    "Tally",
    args,
    builder =>
    {
        builder.AddTally();
        // Nothing prints scopes, and the log alone needs no activity per request: both would be kept for as long as a live reader stays.
        builder.Services.Configure<LoggerFilterOptions>(filter => filter.CaptureScopes = false);
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        // Writes go to the socket on the thread that makes them: Kestrel's queues add two hops to each push and ping, and no handler here
        // blocks. In a process that also takes votes it makes votes more expensive, hence only here.
        builder.WebHost.UseSockets(sockets => sockets.UnsafePreferInlineScheduling = true);
        // Here too, since it would hold up the others' work as well.
        if (builder.Configuration.Switch("Tally:CompactHeap", standard: true))
            builder.Services.AddHostedService<HeapCompaction>();
        builder.AddBus(TallyService.Consumers);
    },
    app => app.MapTally()
);
