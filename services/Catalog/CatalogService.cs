using Catalog.Drafts;
using Catalog.Editing;
using Catalog.Files;
using Catalog.Publishing;
using Catalog.Reading;
using Catalog.Store;
using Contracts;
using Hosting;
using Hosting.Databases;
using Hosting.Http;
using Hosting.Identity;
using Hosting.Limits;
using Hosting.Messaging;
using Hosting.Origins;
using MassTransit;
using Microsoft.AspNetCore.Mvc;

namespace Catalog;

/// <summary>Composes the service: its own Program and Standalone call the same three methods.</summary>
public static class CatalogService
{
    private const string Name = "Catalog";

    public static void AddCatalog(this WebApplicationBuilder builder)
    {
        builder.AddDatabase<CatalogStore>(Name);
        builder.AddRoute<ToolsChanged>(Queues.TallyTools, Queues.VotingTools);
        builder.Services.AddSingleton<CatalogStore>();
        builder.Services.AddSingleton<CatalogStart>();
        builder.Services.AddHostedService(services => services.GetRequiredService<CatalogStart>());
        builder.Services.AddSingleton<Relay>();
        builder.Services.AddHostedService(services => services.GetRequiredService<Relay>());
        builder.Services.AddHttpContextAccessor();
        builder.Services.AddScoped<Edit>();
        builder.Services.AddSingleton<DraftOf>();
        builder.Services.AddSingleton<SearchIndexes>();
        builder.AddEditors();
        builder.Services.AddHealthChecks().AddCheck<CatalogHealth>("catalog-database");
    }

    /// <summary>What this service hears from the bus: nothing, it only tells.</summary>
    public static void Consumers(IBusRegistrationConfigurator bus) { }

    public static void MapCatalog(this WebApplication app)
    {
        app.UseAuthentication();
        app.UseAuthorization();
        var api = app.MapGroup("/api")
            .WithTags(Name)
            .ExplainUnavailable(Name, "catalog-unavailable", "The catalog can't be read at the moment.", retryAfter: 2);

        var read = api.MapGroup("")
            .ReadableByAnySite("ETag")
            .LimitConcurrency(app.Services.GetRequiredKeyedService<Database>("Catalog"))
            .ProducesProblem(503);
        read.MapGet("/tools", ReadTools.List)
            .WithSummary("One page of the tools that are offered: ?category=&q=&sort=relevance|name|newest|panel|price&page=")
            .LimitRate(RateLimits.Search);
        read.MapGet("/tools/{slug}", ReadTools.One).WithSummary("One tool with its plans and reviews");
        read.MapGet("/tools/{slug}/history", ReadToolHistory.One).WithSummary("How a tool's prices and verdicts changed, newest first");
        read.MapGet("/categories", ReadTools.Categories).WithSummary("Every category, and how many tools it offers");
        read.MapGet("/reviewers", ReadReviewers.List).WithSummary("The panel");
        read.MapGet("/reviewers/{slug}", ReadReviewers.One).WithSummary("One reviewer");
        read.MapGet("/comparisons", ReadComparisons.List)
            .WithSummary("One page of the curated comparisons, newest first: ?tool=&category=&page=");
        read.MapGet("/comparisons/{slug}", ReadComparisons.One).WithSummary("Two tools side by side: {a}-vs-{b}, any two known tools");
        read.MapGet("/catalog/tools", ReadTools.States).WithSummary("Every tool, retired ones too, for the other services' replicas");

        var edit = api.MapGroup("")
            .RequireAuthorization(EditorAccess.Policy)
            .RequireSameOrigin()
            .ForOneReaderOnly()
            .LimitRate(RateLimits.Write)
            .ProducesProblem(400)
            .ProducesProblem(401)
            .ProducesProblem(403)
            .ProducesProblem(412)
            .ProducesProblem(428)
            .ProducesProblem(503);
        edit.MapGet("/edits", ReadEdits.ListAsync)
            .Produces<EditPage>()
            .WithSummary("Who edited what, newest first: ?kind=tool|reviewer|comparison&slug=&before=");
        edit.MapPut("/tools/{slug}", PutTool.Handle)
            .Accepts<ToolEdit>("application/json")
            .WithSummary("Create or change a tool (If-Match)");
        edit.MapDelete("/tools/{slug}", RetireTool.Handle).WithSummary("Retire a tool (If-Match)");
        edit.MapPut("/tools/{slug}/reviews/{reviewer}", PutReview.Handle)
            .Accepts<ReviewEdit>("application/json")
            .WithSummary("Write a review (If-Match: the tool's ETag)");
        edit.MapDelete("/tools/{slug}/reviews/{reviewer}", DeleteReview.Handle)
            .WithSummary("Take a review back (If-Match: the tool's ETag)");
        edit.MapPut("/reviewers/{slug}", PutReviewer.Handle)
            .Accepts<ReviewerEdit>("application/json")
            .WithSummary("Add or rename a reviewer (If-Match)");
        edit.MapPut("/comparisons/{slug}", PutComparison.Handle)
            .Accepts<ComparisonEdit>("application/json")
            .WithSummary("Curate a comparison (If-Match)");
        edit.MapDelete("/comparisons/{slug}", RemoveComparison.Handle).WithSummary("Remove a comparison's editorial text (If-Match)");

        edit.MapGet("/drafts", ReadDrafts.ListAsync).WithSummary("Every draft, the latest first");
        edit.MapGet("/drafts/{kind}/{slug}", ReadDrafts.OneAsync)
            .WithSummary("The draft of tools/{slug} or comparisons/{slug}, or what stands and one would begin with");
        edit.MapGet("/drafts/{kind}/{slug}/preview", ReadDrafts.PreviewAsync)
            .WithSummary("What readers would see once the draft is published");
        edit.MapPut("/drafts/{kind}/{slug}", WriteDraft.SaveAsync)
            .Accepts<DraftEdit>("application/json")
            .Produces<Draft>()
            .WithSummary("Save a draft (If-Match: the draft's ETag)");
        edit.MapDelete("/drafts/{kind}/{slug}", WriteDraft.DiscardAsync).WithSummary("Throw a draft away (If-Match: the draft's ETag)");
        edit.MapPost("/drafts/{kind}/{slug}/publish", WriteDraft.PublishAsync)
            .Accepts<DraftEdit>("application/json")
            .WithSummary("Publish what is sent, or keep it as the draft (If-Match: the draft's ETag)");

        edit.MapGet("/catalog/export", ExportCatalog.Handle).Produces<CatalogFile>().WithSummary("The whole catalog as one file");
        edit.MapPost("/catalog/import", ImportCatalog.Handle)
            .Accepts<CatalogFile>("application/json")
            .WithMetadata(new RequestSizeLimitAttribute(Contracts.Limits.CatalogFile))
            .WithSummary(
                "Take over a file of the export's format, all or nothing (If-Match: the export's ETag, or *): ?dryRun=true shows "
                    + "what would change"
            );
    }
}
