using System.Net;
using Hosting;
using Hosting.Databases;
using Hosting.Http;
using Hosting.Identity;
using Hosting.Limits;
using Hosting.Observability;
using Hosting.Origins;
using MassTransit;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Webhooks.Deliveries;
using Webhooks.Endpoints;
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
        webhooks.MapGet("", EditEndpoints.ListAsync).WithSummary("Every endpoint with its events, and a notice where one fails");
        webhooks
            .MapGet("/{id}/deliveries", ReadDeliveries.ListAsync)
            .LimitRate(RateLimits.Search)
            .WithSummary("An endpoint's deliveries of the last 30 days, newest first: ?state=&type=&q=&before=")
            .ProducesProblem(400)
            .ProducesProblem(404)
            .ProducesProblem(429);

        var change = webhooks.MapGroup("").LimitRate(RateLimits.Write).ProducesProblem(429);
        change
            .MapPost("", EditEndpoints.RegisterAsync)
            .WithSummary("Registers an endpoint; only this answer holds its secret")
            .ProducesProblem(400)
            .ProducesProblem(409)
            .ProducesProblem(415);
        change.MapDelete("/{id}", EditEndpoints.DeleteAsync).WithSummary("Deletes an endpoint and its deliveries").ProducesProblem(404);
        change
            .MapPost("/{id}/rotate", EditEndpoints.RotateAsync)
            .WithSummary("Gives an endpoint a new secret; for a day the former one signs as well")
            .ProducesProblem(404);
        change
            .MapPost("/{id}/enable", EditEndpoints.EnableAsync)
            .WithSummary("Enables a disabled endpoint and sends what waits for it")
            .ProducesProblem(404);
        change
            .MapPost("/{id}/test", SendByHand.TestAsync)
            .WithSummary("Sends a webhook.test message")
            .ProducesProblem(404)
            .ProducesProblem(409);
        change
            .MapPost("/deliveries/{id}/retry", SendByHand.RetryAsync)
            .WithSummary("Sends a delivery once more, with the same webhook-id")
            .ProducesProblem(404)
            .ProducesProblem(409);
    }
}
