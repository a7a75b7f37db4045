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
        // What is written goes to the socket on the thread that writes it: by way of Kestrel's queues each push and ping took two hops
        // more, and no handler here blocks. In one process with the others it made votes more expensive, hence here.
        builder.WebHost.UseSockets(sockets => sockets.UnsafePreferInlineScheduling = true);
        // Here too, since it would hold up the others' work as well.
        if (builder.Configuration.Switch("Tally:CompactHeap", standard: true))
            builder.Services.AddHostedService<HeapCompaction>();
        builder.AddBus(TallyService.Consumers);
    },
    app => app.MapTally()
);
