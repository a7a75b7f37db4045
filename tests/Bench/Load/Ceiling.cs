using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Bench.Load;

/// <summary>
/// What this machine can do at most: the same web server reads the same small JSON and answers JSON of the same size, and stores nothing.
/// And it serves as many bytes as a page has.
/// </summary>
internal static partial class Ceiling
{
    internal sealed record Asked(string Choice);

    internal sealed record Answered(string Tool, string Choice, long Seq, DateTimeOffset At);

    [JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
    [JsonSerializable(typeof(Asked))]
    [JsonSerializable(typeof(Answered))]
    private sealed partial class Shapes : JsonSerializerContext;

    public static async Task<int> RunAsync(string urls)
    {
        var builder = WebApplication.CreateSlimBuilder(["--urls", urls]);
        builder.Logging.ClearProviders();
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, Shapes.Default));
        var app = builder.Build();
        app.MapPut(
            "/api/votes/{tool}",
            (string tool, Asked asked) =>
                TypedResults.Json(new Answered(tool, asked.Choice, 1, DateTimeOffset.UtcNow), Shapes.Default.Answered)
        );
        var page = Array.Empty<byte>();
        app.MapPut(
            "/page/{length:int}",
            (int length) =>
            {
                page = new byte[length];
            }
        );
        app.MapGet("/page", () => TypedResults.Bytes(page, "text/html; charset=utf-8"));
        await app.RunAsync();
        return 0;
    }
}
