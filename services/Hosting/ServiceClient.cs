using Hosting.Configuration;
using Hosting.Origins;
using Hosting.Proxies;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Hosting;

/// <summary>Named <see cref="HttpClient"/>s for the other services, e.g. <c>factory.CreateClient("Catalog")</c>.</summary>
public static class ServiceClient
{
    /// <summary>The value of <c>Services:X</c> that means "this very process", used when all services are composed in one.</summary>
    public const string Self = "self";

    /// <summary>
    /// Registers the client of a service at the address or addresses in <c>Services:{service}</c>; once, though several services composed
    /// in one process ask for it: twice the handlers would mark a request twice and repeat it twice.
    /// </summary>
    public static IHttpClientBuilder AddServiceClient(this IHostApplicationBuilder builder, string service)
    {
        if (!builder.Properties.TryAdd($"client of {service}", service))
            return builder.Services.AddHttpClient(service);
        var setting = $"Services:{service}";
        var own = builder.Configuration[setting] == Self;
        var addresses = own ? [new Uri("http://self/")] : builder.Configuration.RequiredAddresses(setting);
        var client = builder
            .Services.AddHttpClient(service, http => http.BaseAddress = addresses[0])
            .ConfigurePrimaryHttpMessageHandler(() =>
                new SocketsHttpHandler
                {
                    UseCookies = false,
                    AllowAutoRedirect = false,
                    ConnectTimeout = TimeSpan.FromSeconds(2),
                    // New connections now and then, so that replicas added behind a service's name get their share.
                    PooledConnectionLifetime = TimeSpan.FromMinutes(2),
                }
            );
        return own
            ? client.AddHttpMessageHandler(services => ActivatorUtilities.CreateInstance<OwnAddress>(services))
            : client.AddHttpMessageHandler(() => new Replicas(addresses));
    }

    /// <summary>
    /// Takes the replicas in turn. A read that met one on its way out asks the next (where one address stands for all, a new connection
    /// leads to another). Writes are not repeated: whether that is right is for the caller to decide.
    /// </summary>
    private sealed class Replicas(IReadOnlyList<Uri> addresses) : DelegatingHandler
    {
        private int _turn;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var asked = addresses[0].MakeRelativeUri(request.RequestUri!);
            var turn = (uint)Interlocked.Increment(ref _turn);
            for (var attempt = 0u; ; attempt++)
            {
                request.RequestUri = new Uri(addresses[(int)((turn + attempt) % (uint)addresses.Count)], asked);
                try
                {
                    return await base.SendAsync(request, cancellationToken);
                }
                catch (HttpRequestException) when (request.Method == HttpMethod.Get && attempt < addresses.Count)
                {
                    // The next one, or the failure once all were asked.
                }
            }
        }
    }

    private sealed class OwnAddress(IServer server, IHostApplicationLifetime lifetime) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var own = await ListeningAddress.OfAsync(server, lifetime, "127.0.0.1", cancellationToken);
            request.RequestUri = new Uri(own, request.RequestUri!.PathAndQuery);
            ForwardedCallers.MarkOwn(request);
            return await base.SendAsync(request, cancellationToken);
        }
    }
}
