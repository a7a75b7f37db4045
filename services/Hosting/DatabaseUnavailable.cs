using System.Data.Common;
using Hosting.Databases;
using Hosting.Http;
using Hosting.Observability;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Hosting;

/// <summary>
/// A database that is unavailable is the service's trouble and not the caller's: answered 503 with Retry-After, and said in the log when
/// it goes and when it is back.
/// </summary>
public static partial class DatabaseUnavailable
{
    /// <param name="database">As it was added: <c>builder.AddDatabase(…)</c>.</param>
    /// <param name="type">The problem's, such as <c>unavailable</c>.</param>
    /// <param name="detail">One sentence for the person who reads it.</param>
    /// <param name="retryAfter">In seconds.</param>
    /// <param name="mayRepeat">Every endpoint of the group may run twice, so one whose connection turned out to be cut does.</param>
    public static RouteGroupBuilder ExplainUnavailable(
        this RouteGroupBuilder group,
        string database,
        string type,
        string detail,
        int retryAfter,
        bool mayRepeat = false
    )
    {
        var services = ((IEndpointRouteBuilder)group).ServiceProvider;
        var source = services.GetRequiredKeyedService<Database>(database).Source;
        var logger = services.GetRequiredService<ILogger<Database>>();
        var outage = new Outage();
        return group.AddEndpointFilter(
            async (context, next) =>
            {
                try
                {
                    var answer = await (mayRepeat ? source.RetryIfStaleAsync(() => next(context).AsTask()) : next(context).AsTask());
                    if (outage.Works())
                        Back(logger, database);
                    return answer;
                }
                catch (Exception error) when (error is DbException or TimeoutException)
                {
                    if (outage.Fails())
                        Away(logger, database, error.Message);
                    return Problems.Retry(context.HttpContext, 503, type, detail, retryAfter);
                }
            }
        );
    }

    [LoggerMessage(1008, LogLevel.Warning, "The database {Database} did not answer: {Problem}")]
    private static partial void Away(ILogger logger, string database, string problem);

    [LoggerMessage(1009, LogLevel.Information, "The database {Database} answers again")]
    private static partial void Back(ILogger logger, string database);
}
