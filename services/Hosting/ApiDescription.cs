using System.Security.Cryptography;
using Hosting.Limits;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;
using Microsoft.OpenApi;

namespace Hosting;

/// <summary>
/// <c>/openapi/v1.json</c>: this process's own API, described once. The framework's endpoint rebuilds it for each request, because it
/// names the host that was asked; without a server in it, addresses are relative to where the description was found.
/// </summary>
public static class ApiDescription
{
    private const string Document = "v1";

    internal static void MapApiDescription(this WebApplication app)
    {
        var description = new SharedResult<byte[]>(
            Timeout.InfiniteTimeSpan,
            app.Services.GetRequiredService<TimeProvider>(),
            () => WriteAsync(app.Services)
        );
        app.MapMethods(
                $"/openapi/{Document}.json",
                ["GET", "HEAD"],
                async context => await Of(await description.GetAsync()).ExecuteAsync(context)
            )
            .ExcludeFromDescription();
    }

    /// <param name="json">UTF-8.</param>
    /// <returns>200 with a tag made from the content, or 304.</returns>
    public static IResult Of(byte[] json) =>
        TypedResults.Bytes(
            json,
            "application/json; charset=utf-8",
            entityTag: new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(json).AsSpan(0, 10))}\"")
        );

    private static async Task<byte[]> WriteAsync(IServiceProvider services)
    {
        var document = await services.GetRequiredKeyedService<IOpenApiDocumentProvider>(Document).GetOpenApiDocumentAsync();
        document.Servers?.Clear();
        using var json = new MemoryStream();
        await document.SerializeAsJsonAsync(json, OpenApiSpecVersion.OpenApi3_1);
        return json.ToArray();
    }
}
