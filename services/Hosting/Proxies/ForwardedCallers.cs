using System.Net;
using System.Security.Cryptography;
using System.Text;
using Hosting.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Hosting.Proxies;

/// <summary>
/// Who a request comes from. <c>X-Forwarded-…</c> headers are believed from the networks in <c>Proxies:KnownNetworks</c> and from nobody
/// else, not even loopback, since a believed peer can claim any client address; and from this very process, whose parts ask one another
/// when all services are composed in one. Of several addresses only the last <c>Proxies:Hops</c> are, one for each proxy in front: what
/// stands before them is the client's own claim.
/// </summary>
public static class ForwardedCallers
{
    internal const string OwnHeader = "Own-Call";
    private static readonly object Service = new();
    private static readonly byte[] Token = Encoding.ASCII.GetBytes(RandomNumberGenerator.GetHexString(32));

    /// <summary>Marks a request of this process to itself. The mark is random for each process and never leaves it.</summary>
    internal static void MarkOwn(HttpRequestMessage request) =>
        request.Headers.TryAddWithoutValidation(OwnHeader, Encoding.ASCII.GetString(Token));

    internal static bool IsOwnToken(string? token) =>
        token is not null && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(token), Token);

    /// <summary>
    /// True for a request that a service made for itself, not for a reader: from a known network or this process, and naming no reader's
    /// address.
    /// </summary>
    public static bool IsService(HttpContext context) => context.Items.ContainsKey(Service);

    internal static void AddCallers(this WebApplicationBuilder builder) =>
        builder.Services.Configure<ForwardedHeadersOptions>(forwarded =>
        {
            forwarded.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
            // No more entries than there are proxies: a balancer that hides addresses leaves one of a known network behind what the client
            // claimed, which would then be believed.
            forwarded.ForwardLimit = builder.Configuration.Whole("Proxies:Hops", 1, most: 10);
            forwarded.KnownProxies.Clear();
            forwarded.KnownIPNetworks.Clear();
            foreach (var network in PrivateNetworks.In(builder.Configuration.GetSection("Proxies:KnownNetworks")))
                forwarded.KnownIPNetworks.Add(network);
        });

    internal static void UseCallers(this WebApplication app)
    {
        var known = app.Services.GetRequiredService<IOptions<ForwardedHeadersOptions>>().Value.KnownIPNetworks;
        var hints = ActivatorUtilities.CreateInstance<ProxyHints>(app.Services);
        app.Use(
            (context, next) =>
            {
                var headers = context.Request.Headers;
                if (headers.TryGetValue(OwnHeader, out var token) && token is [var value] && IsOwnToken(value))
                {
                    if (IPAddress.TryParse(headers["X-Forwarded-For"], out var reader))
                        context.Connection.RemoteIpAddress = reader;
                    else
                        context.Items[Service] = Service;
                    if (headers["X-Forwarded-Proto"] is [{ } scheme])
                        context.Request.Scheme = scheme;
                    headers.Remove("X-Forwarded-For");
                    headers.Remove("X-Forwarded-Proto");
                    return next(context);
                }

                var isKnown =
                    known.Count > 0 && context.Connection.RemoteIpAddress is { } address && PrivateNetworks.Contain(known, address);
                var isForwarded = headers.ContainsKey("X-Forwarded-For") || headers.ContainsKey("Forwarded");
                if (
                    known.Count == 0
                    && headers["X-Forwarded-Proto"] == "https"
                    && context.Connection.RemoteIpAddress is { } near
                    && IPAddress.IsLoopback(near)
                )
                {
                    // A proxy on the same machine that ends TLS, with nothing configured: a forged header affects only its sender.
                    // Addresses are another matter.
                    context.Request.Scheme = "https";
                }
                else if (isKnown && !isForwarded)
                {
                    context.Items[Service] = Service;
                }

                if (isForwarded && !isKnown)
                    hints.UnknownPeer(context.Connection.RemoteIpAddress);
                return next(context);
            }
        );
        // Without a known network the middleware would believe everyone.
        if (known.Count == 0)
            return;
        app.UseForwardedHeaders();
        app.Use(
            (context, next) =>
            {
                // What is left named one hop more, and the address that counts is a known proxy's.
                if (
                    context.Request.Headers.ContainsKey("X-Forwarded-For")
                    && context.Connection.RemoteIpAddress is { } settled
                    && PrivateNetworks.Contain(known, settled)
                )
                    hints.MoreHops();
                return next(context);
            }
        );
    }
}
