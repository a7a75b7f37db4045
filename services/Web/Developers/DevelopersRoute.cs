using System.Security.Cryptography;
using Microsoft.AspNetCore.Http.HttpResults;
using Scalar.AspNetCore;
using Web.Pages;
using Web.Parts;
using Web.Requests;

namespace Web.Developers;

/// <param name="Tool">The slug that the examples use.</param>
public sealed record DevelopersModel(string Origin, string Tool, IReadOnlyList<Crumb> Trail);

/// <summary><c>/developers</c>, a quick start, and <c>/developers/reference/</c>, every operation of the API.</summary>
internal static class DevelopersRoute
{
    private const string Reference = "/developers/reference";

    // The reference creates style elements as it runs, so styles can't carry the nonce.
    private static string Policy(string nonce) =>
        $"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        + "font-src 'self' data:; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

    public static RazorComponentResult Show(HttpContext context)
    {
        var origin = context.Origin();
        var here = origin + "/developers";
        List<Crumb> trail = [new("Home", "/"), new("For developers", null)];
        var head = new PageHead(
            "API for developers",
            "Read, follow and recount community verdicts from a program: JSON over HTTP, server-sent events and SignalR. No key needed.",
            here
        )
        {
            Data = [StructuredData.Breadcrumbs(origin, here, trail)],
        };
        return Page.Of<DevelopersPage, DevelopersModel>(head, new DevelopersModel(origin, "cursor-2-0", trail));
    }

    /// <summary>Scalar's rendering of <c>/openapi/v1.json</c>. Its script is in the package and served from here.</summary>
    public static void MapApiReference(this IEndpointRouteBuilder routes) =>
        routes.MapScalarApiReference(
            Reference,
            (options, context) =>
            {
                options.Nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
                context.Response.Headers.ContentSecurityPolicy = Policy(options.Nonce);
                options.Title = $"API reference · {PageHead.Site}";
                options.OpenApiRoutePattern = "/openapi/v1.json";
                options.DefaultOpenAllTags = true;
                options.DefaultFonts = false;
                options.Telemetry = false;
                options.HideClientButton = true;
                options.ShowDeveloperTools = DeveloperToolsVisibility.Never;
                options.Agent = new ScalarAgentOptions { Disabled = true };
                options.Mcp = new ScalarMcpOptions { Disabled = true };
            }
        );
}
