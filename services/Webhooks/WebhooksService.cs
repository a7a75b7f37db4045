using System.Net;
using Hosting;
using Hosting.Databases;
using Hosting.Description;
using Hosting.Http;
using Hosting.Identity;
using Hosting.Limits;
using Hosting.Observability;
using Hosting.Origins;
using MassTransit;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Webhooks.Deliveries;
using Webhooks.Endpoints;
using Webhooks.Events;
using Webhooks.Following;
using Webhooks.Sending;
using Webhooks.Signing;

namespace Webhooks;

/// <summary>Composes the service: its own Program and Standalone call the same three methods.</summary>
public static class WebhooksService
{
    internal const string Name = "Webhooks";

    public static void AddWebhooks(this WebApplicationBuilder builder)
    {
        builder.AddDatabase<WebhooksSettings>(Name);
        builder.AddServiceClient("Catalog");
        builder.AddServiceClient("Voting");
        builder.AddServiceClient("Newsletter");
        builder.AddTelemetryOf(Name);
        builder.AddEditors();
        builder.DescribeTag(Name, "Publishers' endpoints and what was sent to them. Deliveries follow Standard Webhooks 1.0.0.");
        builder.Services.TryAddSingleton<ResolveName>(_ => Dns.GetHostAddressesAsync);
        builder
            .Services.AddSingleton(WebhooksSettings.Read(builder.Configuration))
            .AddSingleton<WorkSignals>()
            .AddSingleton<WebhooksMetrics>()
            .AddHostedService(services => services.GetRequiredService<WebhooksMetrics>())
            .AddSingleton<KeySeal>()
            .AddSingleton<EndpointStore>()
            .AddSingleton<AddressGuard>()
            .AddSingleton<GuardedConnections>()
            .AddSingleton<MessageClient>()
            .AddSingleton<DeliveryQueue>()
            .AddSingleton<Sources>()
            .AddSingleton<Tell>()
            .AddHostedService<SendDeliveries>()
            .AddHostedService<FollowCatalog>()
            .AddHostedService<FollowLedger>()
            .AddHostedService<FollowNewsletter>()
            .AddHealthChecks()
            .AddDatabaseCheck("webhooks-database", Name);
    }

    /// <summary>What this service hears from the bus.</summary>
    public static void Consumers(IBusRegistrationConfigurator bus)
    {
        bus.AddConsumer<TotalsMovedConsumer, TotalsMovedConsumerDefinition>();
        bus.AddConsumer<CatalogChangedConsumer, CatalogChangedConsumerDefinition>();
    }

    public static void MapWebhooks(this WebApplication app)
    {
        var webhooks = app.MapGroup("/api/webhooks")
            .WithTags(Name)
            .ExplainParameter("id", "An endpoint's id.")
            .ExplainUnavailable(
                Name,
                "unavailable",
                "The webhooks can't be reached right now. Please try again in a moment.",
                retryAfter: 5
            )
            .RequireAuthorization(EditorAccess.Policy)
            .RequireSameOrigin()
            .ForOneReaderOnly()
            .ProducesProblem(401)
            .ProducesProblem(403)
            .ProducesProblem(503);
        webhooks
            .MapGet("", EditEndpoints.ListAsync)
            .WithName("listWebhooks")
            .WithSummary("Every endpoint with its events, and a notice where one fails");
        webhooks
            .MapGet("/{id}/deliveries", ReadDeliveries.ListAsync)
            .WithName("listWebhookDeliveries")
            .LimitRate(RateLimits.Search)
            .WithSummary("An endpoint's deliveries of the last 30 days, newest first")
            .ExplainParameter("state", "Deliveries in one state only.")
            .RestrictParameter("state", "waiting", "sending", "delivered", "failed")
            .ExplainParameter("type", "Deliveries of one type of event only.", EventTypes.Milestone)
            .ExplainParameter("q", "Deliveries with these words in their subject or payload, or with this id.", "cursor-2-0")
            .ExplainParameter("before", "The `next` of the page before.")
            .ProducesProblem(400)
            .ProducesProblem(404)
            .ProducesProblem(429);

        var change = webhooks.MapGroup("").LimitRate(RateLimits.Write).ProducesProblem(429);
        change
            .MapPost("", EditEndpoints.RegisterAsync)
            .WithName("registerWebhook")
            .WithSummary("Registers an endpoint; only this answer holds its secret")
            .ShowRequest(ApiExamples.Registration)
            .ShowAnswer(ApiExamples.Registered, 201)
            .ProducesProblem(400)
            .ProducesProblem(409)
            .ProducesProblem(415);
        change
            .MapDelete("/{id}", EditEndpoints.DeleteAsync)
            .WithName("deleteWebhook")
            .WithSummary("Deletes an endpoint and its deliveries")
            .ProducesProblem(404);
        change
            .MapPost("/{id}/rotate", EditEndpoints.RotateAsync)
            .WithName("rotateWebhookSecret")
            .WithSummary("Gives an endpoint a new secret; for a day the former one signs as well")
            .ProducesProblem(404);
        change
            .MapPost("/{id}/enable", EditEndpoints.EnableAsync)
            .WithName("enableWebhook")
            .WithSummary("Enables a disabled endpoint and sends what waits for it")
            .ProducesProblem(404);
        change
            .MapPost("/{id}/test", SendByHand.TestAsync)
            .WithName("testWebhook")
            .WithSummary("Sends a webhook.test message")
            .ProducesProblem(404)
            .ProducesProblem(409);
        change
            .MapPost("/deliveries/{id}/retry", SendByHand.RetryAsync)
            .WithName("retryWebhookDelivery")
            .WithSummary("Sends a delivery once more, with the same webhook-id")
            .ExplainParameter("id", "A delivery's id, which is its `webhook-id`.")
            .ProducesProblem(404)
            .ProducesProblem(409);
    }
}
