using Catalog.Drafts;
using Catalog.Editing;
using Catalog.Files;
using Catalog.Publishing;
using Catalog.Reading;
using Catalog.Store;
using Contracts;
using Hosting;
using Hosting.Databases;
using Hosting.Description;
using Hosting.Http;
using Hosting.Identity;
using Hosting.Limits;
using Hosting.Messaging;
using Hosting.Origins;
using MassTransit;
using Microsoft.AspNetCore.Mvc;
using Microsoft.OpenApi;

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
        builder.DescribeTag(
            "Catalog",
            "Tools, prices, reviewers, reviews and comparisons. Reading is public, editing needs an editor's token."
        );
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
            .ProducesProblem(503)
            .IsConditional()
            .ExplainParameter("slug", "A tool's slug.", "cursor-2-0");
        read.MapGet("/tools", ReadTools.List)
            .WithName("listTools")
            .WithSummary("One page of the tools that are offered")
            .AddQuery(
                "q",
                $"Words to search for, at most {ListQuery.MaxText} characters; small typing errors are forgiven.",
                example: "code"
            )
            .AddQuery("category", "A category's slug.", example: "developer-tools")
            .AddQuery(
                "sort",
                "The order. Without it, by relevance when searching and by name otherwise.",
                values: ["relevance", "name", "newest", "panel", "price"]
            )
            .AddQuery("page", "The page's number, from 1.", JsonSchemaType.Integer, 1)
            .ProducesProblem(400)
            .LimitRate(RateLimits.Search);
        read.MapGet("/tools/{slug}", ReadTools.One)
            .WithName("getTool")
            .WithSummary("One tool with its plans and reviews")
            .WithDescription("A former slug redirects to the present one.")
            .Produces(301)
            .ProducesProblem(404);
        read.MapGet("/tools/{slug}/history", ReadToolHistory.One)
            .WithName("getToolHistory")
            .WithSummary("How a tool's prices and verdicts changed, newest first")
            .ProducesProblem(404);
        read.MapGet("/categories", ReadTools.Categories)
            .WithName("listCategories")
            .WithSummary("Every category, and how many tools it offers");
        read.MapGet("/reviewers", ReadReviewers.List).WithName("listReviewers").WithSummary("The panel");
        read.MapGet("/reviewers/{slug}", ReadReviewers.One)
            .WithName("getReviewer")
            .WithSummary("One reviewer")
            .ExplainParameter("slug", "A reviewer's slug.", "builder")
            .ProducesProblem(404);
        read.MapGet("/comparisons", ReadComparisons.List)
            .WithName("listComparisons")
            .WithSummary("One page of the curated comparisons, newest first")
            .AddQuery("tool", "The slug of a tool that is compared.", example: "cursor-2-0")
            .AddQuery("category", "A category's slug.", example: "developer-tools")
            .AddQuery("page", "The page's number, from 1.", JsonSchemaType.Integer, 1)
            .ProducesProblem(400);
        read.MapGet("/comparisons/{slug}", ReadComparisons.One)
            .WithName("getComparison")
            .WithSummary("Two tools side by side, curated or not")
            .WithDescription("A slug with a tool's former name redirects to the present one.")
            .ExplainParameter("slug", "{a}-vs-{b}, the slugs of any two tools.", "cursor-2-0-vs-smolvlm2-2b")
            .Produces(301)
            .ProducesProblem(404);
        // For the other services' replicas.
        read.MapGet("/catalog/tools", ReadTools.States).ExcludeFromDescription();

        var edit = api.MapGroup("")
            .RequireAuthorization(EditorAccess.Policy)
            .RequireSameOrigin()
            .ForOneReaderOnly()
            .LimitRate(RateLimits.Write)
            .ProducesProblem(400)
            .ProducesProblem(401)
            .ProducesProblem(403)
            .ProducesProblem(503)
            .ExplainParameter("slug", "A tool's slug.", "cursor-2-0");
        edit.MapGet("/edits", ReadEdits.ListAsync)
            .WithName("listEdits")
            .Produces<EditPage>()
            .WithSummary("Who edited what, newest first")
            .ExplainParameter("kind", "Edits of one kind only.", "tool")
            .RestrictParameter("kind", "tool", "reviewer", "comparison")
            .ExplainParameter("slug", "Edits of one tool, reviewer or comparison only.", "cursor-2-0")
            .ExplainParameter("before", "The `next` of the page before.");
        edit.MapPut("/tools/{slug}", PutTool.Handle)
            .WithName("putTool")
            .Accepts<ToolEdit>("application/json")
            .WithSummary("Create or change a tool")
            .IsGuarded("the tool")
            .ShowRequest(ApiExamples.ToolEdit);
        edit.MapDelete("/tools/{slug}", RetireTool.Handle)
            .WithName("retireTool")
            .WithSummary("Retire a tool; its votes stay in the ledger")
            .IsGuarded("the tool")
            .ProducesProblem(404);
        edit.MapPut("/tools/{slug}/reviews/{reviewer}", PutReview.Handle)
            .WithName("putReview")
            .Accepts<ReviewEdit>("application/json")
            .WithSummary("Write a review")
            .IsGuarded("the tool")
            .ExplainParameter("reviewer", "A reviewer's slug.", "builder")
            .ShowRequest(new ReviewEdit("ship", "It keeps up with me."))
            .ProducesProblem(404);
        edit.MapDelete("/tools/{slug}/reviews/{reviewer}", DeleteReview.Handle)
            .WithName("deleteReview")
            .WithSummary("Take a review back")
            .IsGuarded("the tool")
            .ExplainParameter("reviewer", "A reviewer's slug.", "builder")
            .ProducesProblem(404);
        edit.MapPut("/reviewers/{slug}", PutReviewer.Handle)
            .Accepts<ReviewerEdit>("application/json")
            .WithName("putReviewer")
            .WithSummary("Add or rename a reviewer")
            .ExplainParameter("slug", "A reviewer's slug.", "builder")
            .IsGuarded("the reviewer");
        edit.MapPut("/comparisons/{slug}", PutComparison.Handle)
            .Accepts<ComparisonEdit>("application/json")
            .WithName("putComparison")
            .WithSummary("Curate a comparison")
            .ExplainParameter("slug", "{a}-vs-{b} in alphabetical order.", "cursor-2-0-vs-smolvlm2-2b")
            .IsGuarded("the comparison")
            .ProducesProblem(404);
        edit.MapDelete("/comparisons/{slug}", RemoveComparison.Handle)
            .WithName("removeComparison")
            .WithSummary("Remove a comparison's editorial text")
            .ExplainParameter("slug", "{a}-vs-{b} in alphabetical order.", "cursor-2-0-vs-smolvlm2-2b")
            .IsGuarded("the comparison")
            .ProducesProblem(404);

        edit.MapGet("/drafts", ReadDrafts.ListAsync).WithName("listDrafts").WithSummary("Every draft, the latest first");
        var drafts = edit.MapGroup("/drafts/{kind}/{slug}")
            .ProducesProblem(404)
            .ExplainParameter("kind", "What the draft is of.", "tools")
            .RestrictParameter("kind", "tools", "comparisons")
            .ExplainParameter("slug", "The slug of the tool or comparison.", "cursor-2-0");
        drafts
            .MapGet("", ReadDrafts.OneAsync)
            .WithName("getDraft")
            .WithSummary("The draft of a tool or comparison")
            .WithDescription("Without a draft, the published version, which a new draft would start from.");
        drafts
            .MapGet("/preview", ReadDrafts.PreviewAsync)
            .WithName("previewDraft")
            .WithSummary("What readers would see once the draft is published")
            .ExplainParameter("incomplete", "Whether to show a draft that can't be published yet, instead of answering 400.");
        drafts
            .MapPut("", WriteDraft.SaveAsync)
            .WithName("saveDraft")
            .Accepts<DraftEdit>("application/json")
            .Produces<Draft>()
            .WithSummary("Save a draft")
            .IsGuarded("the draft");
        drafts.MapDelete("", WriteDraft.DiscardAsync).WithName("discardDraft").WithSummary("Discard a draft").IsGuarded("the draft");
        drafts
            .MapPost("/publish", WriteDraft.PublishAsync)
            .WithName("publishDraft")
            .Accepts<DraftEdit>("application/json")
            .Produces<object>()
            .WithSummary("Publish what is sent, or keep it as the draft")
            .WithDescription("The answer is the tool or comparison. What can't be published is kept as the draft, so that nothing is lost.")
            .IsGuarded("the draft");

        edit.MapGet("/catalog/export", ExportCatalog.Handle)
            .WithName("exportCatalog")
            .Produces<CatalogFile>()
            .WithSummary("The whole catalog as one file")
            .IsConditional();
        edit.MapPost("/catalog/import", ImportCatalog.Handle)
            .Accepts<CatalogFile>("application/json")
            .WithMetadata(new RequestSizeLimitAttribute(Contracts.Limits.CatalogFile))
            .WithName("importCatalog")
            .WithSummary("Import a file of the export's format, all or nothing")
            .WithDescription("What the file does not name stays as it is. `If-Match: *` imports whatever was edited meanwhile.")
            .ExplainParameter("dryRun", "Whether to answer what would change, and change nothing.")
            .IsGuarded("the export");
    }
}
