using Hosting;
using Voting;

return await Service.RunAsync(
    "Voting",
    args,
    builder =>
    {
        builder.AddVoting();
        builder.AddBus(VotingService.Consumers);
    },
    app => app.MapVoting());
