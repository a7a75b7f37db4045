using Hosting;
using Web;

return await Service.RunAsync(
    "Web",
    args,
    builder =>
    {
        builder.AddWeb();
        builder.AddBus(WebService.Consumers);
    },
    app => app.MapWeb());
