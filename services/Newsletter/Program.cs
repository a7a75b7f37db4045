using Hosting;
using Hosting.Messaging;
using Newsletter;

return await Service.RunAsync(
    "Newsletter",
    args,
    builder =>
    {
        builder.AddNewsletter();
        builder.AddBus(NewsletterService.Consumers);
    },
    app => app.MapNewsletter()
);
