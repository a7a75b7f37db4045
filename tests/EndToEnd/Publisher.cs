using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace EndToEnd.Tests;

/// <summary>
/// Somebody else's site: the host's name differs from the product's (<c>localhost</c>, not <c>127.0.0.1</c>), so that to a browser it is
/// another site and not only another origin.
/// </summary>
public sealed class Publisher : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, (string Html, string? Policy)> _pages = new();

    private Publisher(WebApplication app) => _app = app;

    public string Origin => $"http://localhost:{new Uri(_app.Urls.First()).Port}";

    public static async Task<Publisher> StartAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var publisher = new Publisher(builder.Build());
        publisher._app.MapGet("/{page}", publisher.Show);
        await publisher._app.StartAsync();
        return publisher;
    }

    /// <param name="body">HTML.</param>
    /// <param name="policy">Its Content-Security-Policy; null for none.</param>
    /// <returns>Its address.</returns>
    public string Publish(string page, string body, string? policy = null)
    {
        _pages[page] = ($"<!DOCTYPE html><html lang=\"en\"><head><title>{page}</title></head><body>{body}</body></html>", policy);
        return $"{Origin}/{page}";
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private IResult Show(string page, HttpContext context)
    {
        if (!_pages.TryGetValue(page, out var shown))
            return Results.StatusCode(StatusCodes.Status204NoContent);
        if (shown.Policy is { } policy)
            context.Response.Headers.ContentSecurityPolicy = policy;
        return Results.Content(shown.Html, "text/html; charset=utf-8");
    }
}

internal static class Votes
{
    /// <summary>A new voter's vote, as a program casts it.</summary>
    public static async Task CastAsync(this Site site, string tool, string choice)
    {
        using var voter = await site.Http.PostAsync("/api/voters", null);
        var token = (await voter.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("token").GetString();
        using var vote = new HttpRequestMessage(HttpMethod.Put, $"/api/votes/{tool}") { Content = JsonContent.Create(new { choice }) };
        vote.Headers.Authorization = new AuthenticationHeaderValue("Voter", token);
        using var answer = await site.Http.SendAsync(vote);
        if (answer.StatusCode != HttpStatusCode.OK)
            throw new InvalidOperationException($"The vote was answered {(int)answer.StatusCode}.");
    }
}
