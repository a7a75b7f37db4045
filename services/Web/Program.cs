using Hosting;
using Web;

return await Service.RunAsync(
    "Web",
    args,
    builder =>
    {
        builder.AddWeb();
        builder.AddProxy();
    },
    app =>
    {
        app.MapWeb();
        app.MapProxy();
    });
