using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;

namespace Hosting.Observability;

/// <summary>Keeps readers out of logs and traces, whatever level or sampler an operator sets.</summary>
internal static class LogRedaction
{
    // Below Warning these write down requests as they come: query strings, header lines that could not be read, addresses that were
    // forwarded.
    private static readonly string[] ShowRequests = ["Microsoft.AspNetCore", "System.Net.Http", "Yarp"];

    /// <summary>
    /// Keeps what shows requests out of the log. A filter by category and level would not do: a setting for one provider, or for a longer
    /// category, takes precedence over it, and an operator who sets <c>Trace</c> to find a fault should not find readers. So every rule,
    /// wherever it came from, is given this condition too.
    /// </summary>
    public static void AddDiscreetLogs(this IHostApplicationBuilder builder) =>
        builder.Services.PostConfigure<LoggerFilterOptions>(filter =>
        {
            for (var place = 0; place < filter.Rules.Count; place++)
            {
                var rule = filter.Rules[place];
                filter.Rules[place] = new LoggerFilterRule(
                    rule.ProviderName,
                    rule.CategoryName,
                    rule.LogLevel,
                    (provider, category, level) =>
                        (level >= LogLevel.Warning || !Shows(category)) && rule.Filter?.Invoke(provider, category, level) != false
                );
            }
        });

    private static bool Shows(string? category) =>
        category is not null && Array.Exists(ShowRequests, prefix => category.StartsWith(prefix, StringComparison.Ordinal));

    /// <summary>
    /// Takes the reader out of a span before it is exported: the instrumentation notes the user agent, and with it (by switches in the
    /// environment) query strings. A path that leads nowhere goes too, and of a request we serve the host and a method nobody knows, since
    /// anybody may have typed anything there.
    /// </summary>
    internal sealed class WithoutReaders : BaseProcessor<Activity>
    {
        private static readonly string[] OfReaders =
        [
            "user_agent.original",
            "client.address",
            "client.port",
            "network.peer.address",
            "network.peer.port",
            "url.query",
            "http.user_agent",
            "http.client_ip",
            "enduser.id",
        ];

        private static readonly string[] TypedByAnybody = ["server.address", "server.port", "http.host", "http.request.method_original"];

        public override void OnEnd(Activity data)
        {
            foreach (var name in OfReaders)
                data.SetTag(name, null);
            if (data.GetTagItem("url.full") is string full && full.IndexOf('?', StringComparison.Ordinal) is >= 0 and var query)
                data.SetTag("url.full", full[..query]);
            if (data.Kind is not ActivityKind.Server)
                return;
            foreach (var name in TypedByAnybody)
                data.SetTag(name, null);
            if (data.GetTagItem("http.route") is null)
                data.SetTag("url.path", null);
        }
    }
}
