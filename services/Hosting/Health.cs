using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Hosting;

/// <summary>
/// <c>/health/live</c>: the process answers. <c>/health/ready</c>: it can do its job; every part is listed with what is wrong with it.
/// A part that a service can do without is registered with failure status Degraded, which keeps the service ready.
/// </summary>
internal static class Health
{
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false, ResponseWriter = Write }).ShortCircuit();
        routes.MapHealthChecks("/health/ready", new HealthCheckOptions { ResponseWriter = Write }).ShortCircuit();
    }

    private static Task Write(HttpContext context, HealthReport report) => context.Response.WriteAsJsonAsync(new
    {
        status = report.Status.ToString(),
        parts = report.Entries.ToDictionary(
            part => part.Key,
            part => new { status = part.Value.Status.ToString(), problem = part.Value.Description ?? part.Value.Exception?.Message }),
    });
}
