using Hosting;
using Hosting.Databases;
using Hosting.Description;
using Hosting.Http;
using Hosting.Identity;
using Hosting.Limits;
using Hosting.Observability;
using Hosting.Origins;
using MassTransit;
using Newsletter.Issues;
using Newsletter.Mail;
using Newsletter.Subscriptions;

namespace Newsletter;

/// <summary>Composes the service: its own Program and Standalone call the same three methods.</summary>
public static class NewsletterService
{
    internal const string Name = "Newsletter";

    public static void AddNewsletter(this WebApplicationBuilder builder)
    {
        var settings = NewsletterSettings.Read(builder.Configuration);
        builder.AddDatabase<NewsletterSettings>(Name);
        builder.AddServiceClient("Catalog");
        builder.AddServiceClient("Tally");
        builder.AddTelemetryOf(Name);
        builder.AddEditors();
        builder.DescribeTag(Name, "The weekly newsletter: double opt-in, the archive, and leaving.");
        builder
            .Services.AddSingleton(settings)
            .AddSingleton<WorkSignals>()
            .AddSingleton<NewsletterMetrics>()
            .AddHostedService(services => services.GetRequiredService<NewsletterMetrics>())
            .AddSingleton<Sources>()
            .AddSingleton<GatherNews>()
            .AddSingleton<NextIssue>()
            .AddSingleton<PublicAddress>()
            .AddSingleton<MailboxKey>()
            .AddSingleton<SignUpLimit>()
            .AddSingleton<WriteMail>()
            .AddSingleton<IDelivery>(_ => settings.Smtp is { } server ? new SmtpDelivery(server) : new PickupDelivery(settings.Pickup!))
            .AddHostedService<AdmitRequests>()
            .AddHostedService<SendMails>()
            .AddHostedService<PublishWeekly>()
            .AddHostedService<PurgePending>()
            .AddHostedService<EraseLeavers>()
            .AddHealthChecks()
            .AddDatabaseCheck("newsletter-database", Name);
    }

    /// <summary>What this service hears from the bus: nothing. An issue is composed once a week from what the others answer then.</summary>
    public static void Consumers(IBusRegistrationConfigurator bus) { }

    public static void MapNewsletter(this WebApplication app)
    {
        // Everything here may be done twice: reads, what changes nothing the second time, and a wish that is heard once more.
        var newsletter = app.MapGroup("/api/newsletter")
            .WithTags(Name)
            .ExplainUnavailable(
                Name,
                "unavailable",
                "The newsletter can't be reached right now. Please try again in a moment.",
                retryAfter: 5,
                mayRepeat: true
            )
            .ExplainParameter("token", "The token from the mailed link.");
        var sameOrigin = newsletter
            .MapGroup("")
            .RequireSameOrigin()
            .LimitRate(RateLimits.Write)
            .ProducesProblem(400)
            .ProducesProblem(403)
            .ProducesProblem(415)
            .ProducesProblem(429)
            .ProducesProblem(503);
        sameOrigin
            .MapPost("/subscriptions", Subscribe.HandleAsync)
            .WithName("subscribe")
            .AddEndpointFilter(app.Services.GetRequiredService<SignUpLimit>())
            .WithSummary("Asks for a subscription; the answer is the same whether the address is known or not")
            .ShowRequest(new SubscriptionAsked("reader@example.org"));
        sameOrigin
            .MapPost("/confirmations", Confirm.HandleAsync)
            .WithName("confirmSubscription")
            .WithSummary("Confirms a subscription with the token from the mailed link")
            .ProducesProblem(404);
        sameOrigin
            .MapPost("/unsubscriptions", Unsubscribe.HandleAsync)
            .WithName("unsubscribe")
            .WithSummary("Ends a subscription with the token from an issue")
            .ProducesProblem(404);
        sameOrigin
            .MapPost("/refusals", Refuse.HandleAsync)
            .WithName("refuseMail")
            .WithSummary("Stops all mail to an address permanently, with the token from a confirmation mail")
            .ProducesProblem(404);
        // No same-origin check: mail providers call it, as RFC 8058 says.
        newsletter
            .MapPost("/unsubscribe", Unsubscribe.OneClickAsync)
            .WithName("unsubscribeOneClick")
            .LimitRate(RateLimits.Write)
            .WithSummary("One-click unsubscription for mail programs (RFC 8058)")
            .WithDescription("Takes a form with `List-Unsubscribe=One-Click` and nothing else.")
            .ProducesProblem(400)
            .ProducesProblem(404)
            .ProducesProblem(415)
            .ProducesProblem(429)
            .ProducesProblem(503);
        newsletter
            .MapGet("/unsubscribe", Unsubscribe.Ask)
            .WithName("openUnsubscribeLink")
            .WithSummary("Redirects browsers to the page that asks; changes nothing")
            .Produces(302);
        var issues = newsletter.MapGroup("").LimitConcurrency(app.Services.GetRequiredKeyedService<Database>(Name));
        issues
            .MapGet("/issues", ReadIssues.ListAsync)
            .WithName("listIssues")
            .WithSummary("The archive, newest issue first")
            .ProducesProblem(503);
        issues
            .MapGet("/issues/{week}", ReadIssues.OneAsync)
            .WithName("getIssue")
            .WithSummary("One issue")
            .ExplainParameter("week", "The issue's ISO week.", "2026-w48")
            .ProducesProblem(404)
            .ProducesProblem(503);
        newsletter
            .MapGroup("")
            .ForOneReaderOnly()
            .MapGet("/preview", PreviewIssue.HandleAsync)
            .WithName("previewIssue")
            .RequireAuthorization(EditorAccess.Policy)
            .WithSummary("For editors: the next issue and its mail as they would go out now")
            .ProducesProblem(401)
            .ProducesProblem(403)
            .ProducesProblem(503);
    }
}
