using Hosting.Configuration;
using Hosting.Http;
using Hosting.Observability;
using Hosting.Origins;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.LoadBalancing;
using Yarp.ReverseProxy.Transforms;

namespace Web.Proxy;

/// <summary>
/// Makes Web the one public origin when it is a process of its own: requests for the API and the hub go to the service that owns the
/// path. Standalone has all services in one process and no use for it.
/// </summary>
public static partial class ProxyRoutes
{
    private static readonly (string Service, string[] Paths)[] Owners =
    [
        ("Voting", ["/api/voters", "/api/votes", "/api/ledger", "/api/moderation", "/log"]),
        ("Tally", ["/api/tallies", "/hubs"]),
        ("Catalog", ["/api/tools", "/api/comparisons", "/api/categories", "/api/catalog", "/api/reviewers", "/api/edits", "/api/drafts"]),
        ("Newsletter", ["/api/newsletter"]),
        ("Webhooks", ["/api/webhooks"]),
    ];

    internal static IEnumerable<string> Services => Owners.Select(owner => owner.Service);

    public static void AddProxy(this WebApplicationBuilder builder)
    {
        var clusters = Owners
            .Select(owner => Cluster(owner.Service, builder.Configuration.RequiredAddresses($"Services:{owner.Service}")))
            .ToList();
        var routes = Owners
            .SelectMany(owner =>
                owner.Paths.Select(path => new RouteConfig
                {
                    RouteId = path,
                    ClusterId = owner.Service,
                    Match = new RouteMatch { Path = path + "/{**rest}" },
                })
            )
            .Append(
                new RouteConfig
                {
                    RouteId = "/api/catalog/import",
                    ClusterId = "Catalog",
                    Match = new RouteMatch { Path = "/api/catalog/import" },
                    // A whole catalog; Catalog itself refuses what is larger. Everything else stays within the server's own small limit.
                    MaxRequestBodySize = Contracts.Limits.CatalogFile,
                }
            )
            .ToList();

        // The proxy notes every request at Information.
        builder
            .Logging.AddFilter("Yarp", LogLevel.Warning)
            // It warns, with a stack trace, of whatever a client breaks off or sends too much of: anyone could fill the log. What a service
            // fails at is said below instead.
            .AddFilter("Yarp.ReverseProxy.Forwarder.HttpForwarder", LogLevel.Error);
        var site = new PublicOrigin(builder.Configuration);
        builder
            .Services.AddReverseProxy()
            .LoadFromMemory(routes, clusters)
            .AddTransforms(transforms =>
            {
                // The services compare Origin with Host, and name the voter's cookie by scheme.
                transforms.AddOriginalHost();
                transforms.AddRequestTransform(passed =>
                {
                    passed.ProxyRequest.Headers.Host = HostFor(passed.HttpContext.Request, site);
                    return ValueTask.CompletedTask;
                });
                // The client's address as our own forwarded-headers handling has settled it, not as the client claims it.
                transforms.AddXForwarded(ForwardedTransformActions.Set);
            });
        builder.LeaveUntraced(LiveConnections.Paths);
        builder.Services.AddSingleton<MergedApi>();
        builder.Services.AddSingleton<LiveConnections>();
        builder.Services.AddHostedService(services => services.GetRequiredService<LiveConnections>());
    }

    private static ClusterConfig Cluster(string service, IReadOnlyList<Uri> addresses) =>
        new()
        {
            ClusterId = service,
            Destinations = addresses
                .Select((address, place) => (address, place))
                .ToDictionary(
                    replica => $"{service}-{replica.place + 1}",
                    replica => new DestinationConfig { Address = replica.address.AbsoluteUri }
                ),
            LoadBalancingPolicy = LoadBalancingPolicies.RoundRobin,
            // Live streams say nothing for as long as nobody votes; Tally keeps them alive every so often.
            HttpRequest = new ForwarderRequestConfig { ActivityTimeout = TimeSpan.FromMinutes(2) },
            Metadata = new Dictionary<string, string> { [ConsecutiveFailuresHealthPolicyOptions.ThresholdMetadataName] = "1" },
            // With one address, the load balancer behind it checks the replicas' health.
            HealthCheck =
                addresses.Count == 1
                    ? null
                    : new HealthCheckConfig
                    {
                        AvailableDestinationsPolicy = HealthCheckConstants.AvailableDestinations.HealthyOrPanic,
                        Active = new ActiveHealthCheckConfig
                        {
                            Enabled = true,
                            Path = "/health/live",
                            Interval = TimeSpan.FromSeconds(1),
                            Timeout = TimeSpan.FromSeconds(2),
                            Policy = HealthCheckConstants.ActivePolicy.ConsecutiveFailures,
                        },
                    },
        };

    public static void MapProxy(this WebApplication app)
    {
        var live = app.Services.GetRequiredService<LiveConnections>();
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Web.Proxy");
        app.MapReverseProxy(proxy =>
        {
            proxy.Use(
                async (context, next) =>
                {
                    await live.PassAsync(context, next);
                    if (context.GetForwarderErrorFeature() is { } failure && !ByClient(failure.Error))
                        NotForwarded(
                            logger,
                            context.GetReverseProxyFeature().Cluster.Config.ClusterId,
                            failure.Error,
                            failure.Exception?.Message
                        );
                    // 502 and 504 are how a proxy speaks; what a caller needs to know is that the same request is worth repeating soon.
                    if (
                        context.GetForwarderErrorFeature() is not null
                        && !context.Response.HasStarted
                        && (context.Response.StatusCode is 502 or 504)
                    )
                        await Problems
                            .Retry(
                                context,
                                503,
                                "unavailable",
                                "The service behind this address is unavailable; try again in a few seconds.",
                                5
                            )
                            .ExecuteAsync(context);
                }
            );
            // A pipeline of one's own holds nothing of the default one; without this a replica is drawn by lot, with a warning for every
            // request.
            proxy.UseLoadBalancing();
        });
        app.MapGet(MergedApi.Path, (MergedApi api) => api.ShowAsync()).WithOrder(-1).ExcludeFromDescription();
    }

    // In ASCII, as headers are. Only this process knows the public origin; behind a proxy that rewrites Host the services would take its
    // pages for another site's.
    private static string HostFor(HttpRequest request, PublicOrigin site) =>
        site.Configured is { } own && request.Headers.Origin is [{ } origin] && WebOrigin.Parse(origin) == own
            ? new Uri(own.ToString()).Authority
            : request.Host.ToUriComponent();

    private static bool ByClient(ForwarderError error) =>
        error
            is ForwarderError.RequestCanceled
                or ForwarderError.RequestBodyCanceled
                or ForwarderError.RequestBodyClient
                or ForwarderError.ResponseBodyCanceled
                or ForwarderError.ResponseBodyClient
                or ForwarderError.UpgradeRequestCanceled
                or ForwarderError.UpgradeRequestClient
                or ForwarderError.UpgradeResponseCanceled
                or ForwarderError.UpgradeResponseClient;

    [LoggerMessage(6008, LogLevel.Warning, "A request could not be forwarded to {Service} ({Failure}): {Problem}")]
    private static partial void NotForwarded(ILogger logger, string service, ForwarderError failure, string? problem);
}
