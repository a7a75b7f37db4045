using Hosting;
using Tally;

return await Service.RunAsync(
    "Tally",
    args,
    builder =>
    {
        builder.AddTally();
        builder.AddBus(TallyService.Consumers);
    },
    app => app.MapTally());
