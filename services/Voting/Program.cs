using Hosting;
using Hosting.Messaging;
using Voting;

return await Service.RunAsync(
    "Voting",
    args,
    builder =>
    {
        builder.AddVoting();
        // The log alone needs no activity per request, which costs a vote two microseconds; a defect is found by the id in its answer
        // either way. Tracing creates its own.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        builder.AddBus(VotingService.Consumers);
    },
    app => app.MapVoting()
);
