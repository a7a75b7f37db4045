using System.IO.Compression;
using Hosting;
using Hosting.Connections;
using Hosting.Description;
using Hosting.Origins;
using MassTransit;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.ResponseCompression;
using Web.Assets;
using Web.Delivery;
using Web.Editors;
using Web.Parts;
using Web.Requests;
using Web.Services;

namespace Web;

/// <summary>Composes the service: its own Program and Standalone call the same three methods. The proxy is Program's alone.</summary>
public static class WebService
{
    public static void AddWeb(this WebApplicationBuilder builder)
    {
        foreach (var service in (string[])["Catalog", "Voting", "Tally", "Newsletter", "Webhooks"])
            builder.AddServiceClient(service);
        builder.AddPublicEdge();
        builder.DescribeApi(
            PageHead.Site,
            """
            Read, follow and recount community verdicts on AI tools. Reading needs no key; [the quick start](/developers) has examples.

            Errors are `application/problem+json` with a stable `type`. Times are UTC; public ones are cut to the minute. Reads that need no
            cookie can be made from any site's page.
            """
        );
        builder.DescribeTag("Reach", "Badges, frames and scripts that show a verdict on any site.");
        var services = builder.Services;
        // A page asks the services, and the proxy passes live connections on.
        services.Configure<ConnectionOptions>(connections => connections.FilesEach = 2);
        services.AddSingleton<Origin>();
        services.AddSingleton(new Timeouts(builder.Configuration));
        services.AddSingleton<ConditionalCache>();
        services.AddSingleton<CatalogReader>();
        services.AddSingleton<TallyReader>();
        services.AddSingleton<VotingClient>();
        services.AddSingleton<NewsletterClient>();
        services.AddSingleton<ModerationClient>();
        services.AddSingleton<IntegrityReader>();
        services.AddSingleton<WebhooksClient>();
        services.AddSingleton<EditorClient>();
        services.AddSingleton<DraftReader>();
        builder.AddProvider();
        services.AddSingleton<Cards.CardDrawer>();
        services.AddAuthentication();
        services.AddRazorComponents();
        // Components bring the framework's own form tokens along. They are not used (forms of other sites are refused by their origin),
        // so their keys need not be kept: Web holds no state.
        services.AddDataProtection().UseEphemeralDataProtectionProvider();
        services.AddHealthChecks().AddCheck<CatalogReachable>("web-catalog");
        builder.AddPageCache();
        services.AddPageLimits();
        services.AddSingleton<PageConcurrency>();
        services.AddResponseCompression(compression =>
        {
            // Pages hold no secret a reader's input could be compressed together with.
            compression.EnableForHttps = true;
            compression.MimeTypes = ["text/html", "application/atom+xml", "application/xml", "text/plain"];
        });
        services.Configure<BrotliCompressionProviderOptions>(brotli => brotli.Level = CompressionLevel.Fastest);
        services.Configure<GzipCompressionProviderOptions>(gzip => gzip.Level = CompressionLevel.Fastest);
    }

    /// <summary>What this service hears from the bus: nothing, it asks when it needs to know.</summary>
    public static void Consumers(IBusRegistrationConfigurator bus) { }

    public static void MapWeb(this WebApplication app)
    {
        app.UsePageHeaders();
        app.UseAcceptedEncoding();
        // Outside of the compression: what is kept is compressed once.
        app.UseOutputCache();
        app.UseResponseCompression();
        app.UsePageErrors();
        // Answers where an identity provider sends editors back to; without one it does nothing.
        app.UseAuthentication();
        app.MapAssets();
        app.MapPages();
    }
}
