using Hosting;
using Web;
using Web.Proxy;

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
    }
);
