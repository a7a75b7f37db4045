using Hosting;
using Tally;

return await Service.RunAsync(
    "Tally",
    args,
    builder =>
    {
        builder.AddTally();
        // Nothing prints scopes, and the log alone needs no activity per request: both would be kept for as long as a live reader stays.
        builder.Services.Configure<LoggerFilterOptions>(filter => filter.CaptureScopes = false);
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        builder.AddBus(TallyService.Consumers);
    },
    app => app.MapTally());
