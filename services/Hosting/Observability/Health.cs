using Hosting.Limits;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Hosting.Observability;

/// <summary>
/// <c>/health/live</c>: the process answers. <c>/health/ready</c>: it can do its job; every part is listed with what is wrong with it.
/// A part that a service can do without is registered with failure status Degraded, which keeps the service ready.
/// </summary>
internal static class Health
{
    // Databases are asked this often at most.
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    // Shorter than probes wait.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(4);

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false, ResponseWriter = Write }).ShortCircuit();
        var checks = routes.ServiceProvider.GetRequiredService<HealthCheckService>();
        // Not the service's clock, which a test may stop: this is about how often the databases are asked.
        var readiness = new SharedResult<HealthReport>(Fresh, TimeProvider.System, () => CheckAsync(checks));
        routes
            .MapMethods(
                "/health/ready",
                ["GET", "HEAD"],
                async context =>
                {
                    var report = await readiness.GetAsync();
                    context.Response.StatusCode =
                        report.Status is HealthStatus.Unhealthy ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK;
                    context.Response.Headers.CacheControl = "no-store, no-cache";
                    await Write(context, report);
                }
            )
            .ExcludeFromDescription()
            .ShortCircuit();
    }

    /// <summary>
    /// Asks the process that listens on this container's port whether it is ready. Images hold neither a shell nor curl, so the
    /// container engine asks by running the service's own program.
    /// </summary>
    /// <returns>The exit code: 0 ready, 1 not.</returns>
    public static async Task<int> AskAsync()
    {
        var port = Environment.GetEnvironmentVariable("ASPNETCORE_HTTP_PORTS") is { Length: > 0 } ports ? ports.Split(';')[0] : "8080";
        try
        {
            using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(8) };
            using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{port}/health/ready"));
            Console.WriteLine(await answer.Content.ReadAsStringAsync());
            return answer.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception away) when (away is HttpRequestException or TaskCanceledException)
        {
            Console.WriteLine(away.Message);
            return 1;
        }
    }

    private static async Task<HealthReport> CheckAsync(HealthCheckService checks)
    {
        using var timeout = new CancellationTokenSource(Longest);
        try
        {
            return await checks.CheckHealthAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            var late = new HealthReportEntry(HealthStatus.Unhealthy, "The checks did not end in time.", Longest, null, null);
            return new HealthReport(new Dictionary<string, HealthReportEntry> { ["checks"] = late }, Longest);
        }
    }

    private static Task Write(HttpContext context, HealthReport report) =>
        context.Response.WriteAsJsonAsync(
            new
            {
                status = report.Status.ToString(),
                parts = report.Entries.ToDictionary(
                    part => part.Key,
                    part => new { status = part.Value.Status.ToString(), problem = part.Value.Description ?? part.Value.Exception?.Message }
                ),
            }
        );
}
