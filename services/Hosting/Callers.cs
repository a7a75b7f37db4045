using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Hosting;

/// <summary>
/// Who a request comes from. <c>X-Forwarded-…</c> headers are believed from the networks in <c>Proxies:KnownNetworks</c> and from nobody else, not even loopback,
/// since whoever is believed here can claim any client address; and from this very process, whose parts ask one another when all services are composed in one.
/// </summary>
public static class Callers
{
    private const string OwnHeader = "Own-Call";
    private static readonly object Service = new();
    private static readonly byte[] Token = Encoding.ASCII.GetBytes(RandomNumberGenerator.GetHexString(32));

    /// <summary>Marks a request of this process to itself. The mark is random for each process and never leaves it.</summary>
    internal static void MarkOwn(HttpRequestMessage request) => request.Headers.TryAddWithoutValidation(OwnHeader, Encoding.ASCII.GetString(Token));

    /// <summary>True for a request that a service made for itself, not for a reader: from a known network or this process, and naming no reader's address.</summary>
    public static bool IsService(HttpContext context) => context.Items.ContainsKey(Service);

    internal static void AddCallers(this WebApplicationBuilder builder) => builder.Services.Configure<ForwardedHeadersOptions>(forwarded =>
    {
        forwarded.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
        // Every hop has to be known, however many there are.
        forwarded.ForwardLimit = null;
        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();
        foreach (var network in Networks(builder.Configuration))
            forwarded.KnownIPNetworks.Add(network);
    });

    internal static void UseCallers(this WebApplication app)
    {
        var known = app.Services.GetRequiredService<IOptions<ForwardedHeadersOptions>>().Value.KnownIPNetworks;
        app.Use((context, next) =>
        {
            var headers = context.Request.Headers;
            var own = headers.TryGetValue(OwnHeader, out var token) && token.Count == 1
                && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(token[0]!), Token);
            if (own)
            {
                if (IPAddress.TryParse(headers["X-Forwarded-For"], out var reader))
                    context.Connection.RemoteIpAddress = reader;
                else
                    context.Items[Service] = Service;
                if (headers["X-Forwarded-Proto"] is [{ } scheme])
                    context.Request.Scheme = scheme;
                headers.Remove("X-Forwarded-For");
                headers.Remove("X-Forwarded-Proto");
            }
            else if (known.Count == 0 && headers["X-Forwarded-Proto"] == "https" && context.Connection.RemoteIpAddress is { } near && IPAddress.IsLoopback(near))
            {
                // A proxy on the same machine that ends TLS, with nothing configured: whoever forges this fools only themselves. Addresses are another matter.
                context.Request.Scheme = "https";
            }
            else if (!headers.ContainsKey("X-Forwarded-For") && context.Connection.RemoteIpAddress is { } address && Contains(known, address))
            {
                context.Items[Service] = Service;
            }

            return next(context);
        });
        // Without a known network the middleware would believe everyone.
        if (known.Count > 0)
            app.UseForwardedHeaders();
    }

    private static bool Contains(IList<System.Net.IPNetwork> networks, IPAddress address)
    {
        if (networks.Count == 0)
            return false;
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        return networks.Any(network => network.Contains(address));
    }

    private static IEnumerable<System.Net.IPNetwork> Networks(IConfiguration configuration) => configuration.GetSection("Proxies:KnownNetworks").GetChildren()
        .Select(network => System.Net.IPNetwork.TryParse(network.Value, out var parsed)
            ? parsed
            : throw new SettingException(network.Path, $"'{network.Value}' is not a network such as 10.0.0.0/8"));
}
