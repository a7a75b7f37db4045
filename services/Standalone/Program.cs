using Catalog;
using Hosting;
using Hosting.Messaging;
using Newsletter;
using Standalone;
using Tally;
using Voting;
using Web;
using Webhooks;

if (args is ["editor-token", ..])
    return EditorTokens.Print(args);

return await Service.RunAsync(
    "Standalone",
    args,
    builder =>
    {
        builder.UseEmbeddedParts();
        builder.AddCatalog();
        builder.AddVoting();
        builder.AddTally();
        builder.AddNewsletter();
        builder.AddWebhooks();
        builder.AddWeb();
        builder.AddBus(
            CatalogService.Consumers,
            VotingService.Consumers,
            TallyService.Consumers,
            NewsletterService.Consumers,
            WebhooksService.Consumers,
            WebService.Consumers
        );
    },
    app =>
    {
        app.MapCatalog();
        app.MapVoting();
        app.MapTally();
        app.MapNewsletter();
        app.MapWebhooks();
        app.MapWeb();
        app.SayHowToEdit();
    },
    EditorTokens.Usage
);
