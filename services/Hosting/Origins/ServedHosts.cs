using System.Buffers;
using System.Net;
using Hosting.Configuration;
using Hosting.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Hosting.Origins;

/// <summary>
/// Which host names the public edge answers to: the public origin's, those in <c>AllowedHosts</c>, and names that no stranger's DNS can
/// point here (loopback names, IP addresses, names without a dot). Otherwise a page of another name that resolves to this machine (DNS
/// rebinding) would be of the same origin, and could vote.
/// </summary>
internal sealed partial class ServedHosts
{
    private const string Setting = "AllowedHosts";
    private static readonly SearchValues<char> NotInHosts = SearchValues.Create("/\\@?# ");
    private static volatile string? _readable;
    private readonly bool _any;
    private readonly string? _origin;
    private readonly HashSet<string> _names;
    private readonly List<string> _suffixes;

    /// <param name="configuration">With the setting.</param>
    /// <param name="site">The configured origin.</param>
    /// <param name="isPublic">Strangers reach this service. Others hear of hosts from the one in front, which has looked at them, and serve
    /// any unless told otherwise.</param>
    /// <exception cref="SettingException">A name is malformed.</exception>
    public ServedHosts(IConfiguration configuration, PublicOrigin site, bool isPublic)
    {
        var allowed = (configuration[Setting] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        _any = allowed.Contains("*") || (allowed.Length == 0 && !isPublic);
        _origin = site.Configured?.Host;
        var names = allowed.Where(name => name != "*").ToLookup(name => name.StartsWith("*.", StringComparison.Ordinal));
        _names =
        [
            .. names[false]
                .Select(name =>
                    Ascii(name) ?? throw new SettingException(Setting, $"'{name}' is not a host name such as verdicts.example")
                ),
        ];
        _suffixes =
        [
            .. names[true]
                .Select(name =>
                    "."
                    + (Ascii(name[2..]) ?? throw new SettingException(Setting, $"'{name}' is not a host name such as *.verdicts.example"))
                ),
        ];
    }

    /// <summary>
    /// The framework's own filter of the same setting would refuse health probes, which name a pod's or container's address, and answers
    /// without problem details.
    /// </summary>
    public static void ReplaceFramework(IServiceCollection services) =>
        services.Configure<HostFilteringOptions>(framework => framework.AllowedHosts = ["*"]);

    /// <summary>
    /// Answers 400 to a host that can't be read, and 421 to any other than those served. Probes and scrapes are answered whatever they call
    /// this process.
    /// </summary>
    public static void Use(WebApplication app)
    {
        app.Use(
            (context, next) =>
                IsReadable(context.Request)
                    ? next(context)
                    : Problems.Of(400, "malformed-host", "The Host header is not a host name.").ExecuteAsync(context)
        );
        var hosts = app.Services.GetRequiredService<ServedHosts>();
        if (hosts._any)
            return;
        var refused = 0;
        app.Use(
            (context, next) =>
            {
                var request = context.Request;
                if (
                    hosts.Serves(request.Host)
                    || request.Path.StartsWithSegments("/health", StringComparison.Ordinal)
                    || request.Path.StartsWithSegments("/metrics", StringComparison.Ordinal)
                )
                    return next(context);
                // Once, and without the name: strangers choose it.
                if (Interlocked.Exchange(ref refused, 1) == 0)
                    Refused(app.Logger);
                return Problems
                    .Of(
                        421,
                        "unknown-host",
                        "This host name is not served here. For the operator: name it in Web__PublicOrigin or AllowedHosts."
                    )
                    .ExecuteAsync(context);
            }
        );
    }

    // The framework decodes punycode when a host is first asked for, and encodes it when it is passed on; addresses are built of it. Of a
    // malformed one each of these throws, wherever that happens to be. Nearly all requests name the same host, so one is remembered.
    internal static bool IsReadable(HttpRequest request)
    {
        var text = request.Headers.Host.ToString();
        if (text.Length == 0 || text == _readable)
            return true;
        try
        {
            if (WebOrigin.Parse($"http://{request.Host.ToUriComponent()}") is null)
                return false;
        }
        catch (ArgumentException)
        {
            return false;
        }

        _readable = text;
        return true;
    }

    internal bool Serves(HostString host)
    {
        // HTTP/1.0; no browser speaks it.
        if (!host.HasValue)
            return true;
        return Ascii(host.Value!) is { } name
            && (
                name == _origin
                || !name.Contains('.', StringComparison.Ordinal)
                || IPAddress.TryParse(name, out _)
                || name.EndsWith(".localhost", StringComparison.Ordinal)
                || _names.Contains(name)
                || _suffixes.Exists(suffix => name.EndsWith(suffix, StringComparison.Ordinal))
            );
    }

    // As origins are compared; the port says nothing.
    private static string? Ascii(string host) => !host.AsSpan().ContainsAny(NotInHosts) ? WebOrigin.Parse($"http://{host}")?.Host : null;

    [LoggerMessage(
        1006,
        LogLevel.Warning,
        "Requests for a host name that is not served are answered 421. If readers reach this site by that name, set "
            + "Web__PublicOrigin (or AllowedHosts)"
    )]
    private static partial void Refused(ILogger logger);
}
