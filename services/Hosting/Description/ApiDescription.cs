using System.Security.Cryptography;
using Hosting.Limits;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Net.Http.Headers;
using Microsoft.OpenApi;

namespace Hosting.Description;

/// <summary>
/// <c>/openapi/v1.json</c>: this process's own API, described once. The framework's endpoint rebuilds it for each request, because it
/// names the host that was asked; without a server in it, addresses are relative to where the description was found.
/// </summary>
public sealed class ApiDescription
{
    private const string Document = "v1";
    private readonly SharedResult<byte[]> _document;

    public ApiDescription(IServiceProvider services, TimeProvider timeProvider)
    {
        _document = new(Timeout.InfiniteTimeSpan, timeProvider, () => WriteAsync(services));
    }

    /// <returns>UTF-8, the same for as long as the process lives.</returns>
    public Task<byte[]> GetAsync() => _document.GetAsync();

    /// <param name="json">UTF-8.</param>
    /// <returns>200 with a tag made from the content, or 304.</returns>
    public static IResult Of(byte[] json) =>
        TypedResults.Bytes(
            json,
            "application/json; charset=utf-8",
            entityTag: new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(json).AsSpan(0, 10))}\"")
        );

    internal static void Add(IHostApplicationBuilder builder, string name)
    {
        builder.Services.AddOpenApi(Document, options => Describing.Configure(options, name));
        builder.Services.AddSingleton<ApiDescription>();
    }

    internal static void Map(WebApplication app) =>
        app.MapMethods(
                $"/openapi/{Document}.json",
                ["GET", "HEAD"],
                async (HttpContext context, ApiDescription description) => await Of(await description.GetAsync()).ExecuteAsync(context)
            )
            .ExcludeFromDescription();

    private static async Task<byte[]> WriteAsync(IServiceProvider services)
    {
        var document = await services.GetRequiredKeyedService<IOpenApiDocumentProvider>(Document).GetOpenApiDocumentAsync();
        document.Servers?.Clear();
        using var json = new MemoryStream();
        await document.SerializeAsJsonAsync(json, OpenApiSpecVersion.OpenApi3_1);
        return json.ToArray();
    }
}
