using Catalog;
using Hosting;
using Hosting.Messaging;
using Newsletter;
using Standalone;
using Tally;
using Voting;
using Web;

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
        builder.AddWeb();
        builder.AddBus(
            CatalogService.Consumers,
            VotingService.Consumers,
            TallyService.Consumers,
            NewsletterService.Consumers,
            WebService.Consumers
        );
    },
    app =>
    {
        app.MapCatalog();
        app.MapVoting();
        app.MapTally();
        app.MapNewsletter();
        app.MapWeb();
        app.SayHowToEdit();
    },
    EditorTokens.Usage
);
