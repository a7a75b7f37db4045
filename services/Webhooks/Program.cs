using Hosting;
using Hosting.Messaging;
using Webhooks;

return await Service.RunAsync(
    "Webhooks",
    args,
    builder =>
    {
        builder.AddWebhooks();
        builder.AddBus(WebhooksService.Consumers);
    },
    app => app.MapWebhooks()
);
