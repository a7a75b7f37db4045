using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Hosting;

/// <summary>Named <see cref="HttpClient"/>s for the other services, e.g. <c>factory.CreateClient("Catalog")</c>.</summary>
public static class ServiceClient
{
    /// <summary>The value of <c>Services:X</c> that means "this very process", used when all services are composed in one.</summary>
    public const string Self = "self";

    /// <summary>Registers the client of a service at the address in <c>Services:{service}</c>.</summary>
    public static IHttpClientBuilder AddServiceClient(this IHostApplicationBuilder builder, string service)
    {
        var setting = $"Services:{service}";
        var own = builder.Configuration[setting] == Self;
        var address = own ? new Uri("http://self/") : builder.Configuration.RequiredAddress(setting);
        var client = builder.Services.AddHttpClient(service, http => http.BaseAddress = address)
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
            {
                UseCookies = false,
                AllowAutoRedirect = false,
                ConnectTimeout = TimeSpan.FromSeconds(2),
                // New connections now and then, so that replicas added behind a service's name get their share.
                PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            });
        client.AddHttpMessageHandler(() => new AskAgain());
        return own ? client.AddHttpMessageHandler(services => ActivatorUtilities.CreateInstance<OwnAddress>(services)) : client;
    }

    /// <summary>
    /// A read that met a replica on its way out is asked again, once: a new connection leads to another replica. Writes are not;
    /// whether to repeat one is for whoever knows what it means.
    /// </summary>
    private sealed class AskAgain : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            try
            {
                return await base.SendAsync(request, cancellationToken);
            }
            catch (HttpRequestException) when (request.Method == HttpMethod.Get)
            {
                return await base.SendAsync(request, cancellationToken);
            }
        }
    }

    private sealed class OwnAddress(IServer server, IHostApplicationLifetime lifetime) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            // The port is known only once the server listens.
            var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
            await started.Task.WaitAsync(cancellationToken);

            var address = server.Features.Get<IServerAddressesFeature>()!.Addresses.First(a => a.StartsWith("http://", StringComparison.Ordinal))
                .Replace("//[::]", "//127.0.0.1", StringComparison.Ordinal)
                .Replace("//0.0.0.0", "//127.0.0.1", StringComparison.Ordinal)
                .Replace("//+", "//127.0.0.1", StringComparison.Ordinal)
                .Replace("//*", "//127.0.0.1", StringComparison.Ordinal);
            request.RequestUri = new Uri(new Uri(address), request.RequestUri!.PathAndQuery);
            return await base.SendAsync(request, cancellationToken);
        }
    }
}
