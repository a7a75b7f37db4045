using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Primitives;

namespace Hosting.Http;

/// <summary>
/// Answers HEAD wherever GET is answered, by the same handler; the server leaves the body out. A second endpoint rather than a second
/// method of the first, which the API description would list as an operation of its own.
/// </summary>
internal sealed class HeadEndpoints(IReadOnlyList<EndpointDataSource> sources) : EndpointDataSource
{
    private static readonly string[] Head = [HttpMethods.Head];
    private IReadOnlyList<Endpoint>? _endpoints;

    public override IReadOnlyList<Endpoint> Endpoints =>
        _endpoints ??= [.. sources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>().Where(OnlyGets).Select(HeadOf)];

    // All routes are mapped before the start, and none later.
    public override IChangeToken GetChangeToken() => NullChangeToken.Singleton;

    /// <summary>To be called when all routes are mapped.</summary>
    public static void Add(IEndpointRouteBuilder routes) => routes.DataSources.Add(new HeadEndpoints([.. routes.DataSources]));

    private static bool OnlyGets(RouteEndpoint endpoint) =>
        endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods is [var method] && HttpMethods.IsGet(method);

    private static RouteEndpoint HeadOf(RouteEndpoint get)
    {
        // Names are unique among all endpoints.
        var metadata = get.Metadata.Where(item => item is not (IHttpMethodMetadata or IEndpointNameMetadata or IRouteNameMetadata));
        return new RouteEndpoint(
            get.RequestDelegate!,
            get.RoutePattern,
            get.Order,
            new EndpointMetadataCollection([.. metadata, new HttpMethodMetadata(Head), new ExcludeFromDescriptionAttribute()]),
            get.DisplayName
        );
    }
}
