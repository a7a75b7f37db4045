using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Testing;

namespace Webhooks.Tests;

/// <summary>A message as a receiver got it.</summary>
internal sealed record Received(string Id, string Timestamp, string Signature, string Body, IHeaderDictionary Headers)
{
    public JsonNode Json => JsonNode.Parse(Body)!;

    public string Type => (string)Json["type"]!;

    public JsonNode Data => Json["data"]!;
}

/// <summary>A publisher's receiver: keeps what it gets and answers what a test says.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly ConcurrentQueue<Received> _received = [];
    private WebApplication? _app;

    /// <summary>What is answered; 204 by default.</summary>
    public Func<HttpContext, Task> Answer { get; set; } =
        context =>
        {
            context.Response.StatusCode = 204;
            return Task.CompletedTask;
        };

    public IReadOnlyList<Received> All => [.. _received];

    public string Address { get; private set; } = "";

    public void AnswerStatus(int status, string? header = null, string value = "") =>
        Answer = context =>
        {
            context.Response.StatusCode = status;
            if (header is not null)
                context.Response.Headers[header] = value;
            return Task.CompletedTask;
        };

    /// <summary>At a free port first, later at the same one.</summary>
    public async Task StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(Address.Length > 0 ? Address : "http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            var headers = context.Request.Headers;
            _received.Enqueue(
                new Received(
                    headers["webhook-id"].ToString(),
                    headers["webhook-timestamp"].ToString(),
                    headers["webhook-signature"].ToString(),
                    await reader.ReadToEndAsync(),
                    new HeaderDictionary(headers.ToDictionary())
                )
            );
            await Answer(context);
        });
        await _app.StartAsync();
        Address = _app.Urls.First();
    }

    public async Task StopAsync()
    {
        if (_app is null)
            return;
        await _app.StopAsync();
        await _app.DisposeAsync();
        _app = null;
    }

    /// <summary>The messages, once there are that many.</summary>
    public Task<IReadOnlyList<Received>> GetAsync(int count, TimeSpan? within = null) =>
        Eventually.GetAsync(() => Task.FromResult(All), all => all.Count >= count, $"{count} messages arrived", within);

    public async ValueTask DisposeAsync() => await StopAsync();
}
