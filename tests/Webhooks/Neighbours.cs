using System.Collections.Concurrent;
using Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Webhooks.Tests;

/// <summary>Stands in for Catalog, Voting and Newsletter: answers in their shapes from what a test says happened.</summary>
internal sealed class Neighbours : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Tool> _tools = [];
    private readonly ConcurrentDictionary<string, ToolTotals> _totals = [];
    private readonly ConcurrentQueue<object> _comparisons = [];
    private readonly ConcurrentQueue<object> _issues = [];
    private WebApplication? _app;

    internal sealed record Review(string Reviewer, string Verdict, string Quote, DateTimeOffset At, bool Sample = false);

    private sealed record Tool(
        string Slug,
        long Version,
        DateTimeOffset UpdatedAt,
        string Entry,
        decimal Plan,
        IReadOnlyList<Review> Reviews
    );

    public string Address => _app!.Urls.First();

    public bool Away { get; set; }

    public async Task StartAsync()
    {
        if (_app is not null)
            return;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Use(
            (context, next) =>
            {
                context.Response.StatusCode = 503;
                return Away ? Task.CompletedTask : Answer(context, next);
            }
        );
        _app.MapGet("/api/catalog/tools", () => new { tools = _tools.Values.Select(tool => new { tool.Slug, tool.Version }) });
        _app.MapGet("/api/tools/{slug}", (string slug) => Document(_tools[slug]));
        _app.MapGet("/api/comparisons", () => new { comparisons = _comparisons.Reverse(), pages = 1 });
        _app.MapGet("/api/newsletter/issues", () => new { issues = _issues.Reverse() });
        _app.MapGet("/api/ledger/totals", () => _totals.Values);
        await _app.StartAsync();
    }

    public void Offer(string slug, DateTimeOffset at, string entry = "Free", decimal plan = 20, params Review[] reviews) =>
        _tools[slug] = new Tool(slug, _tools.TryGetValue(slug, out var known) ? known.Version + 1 : 1, at, entry, plan, reviews);

    /// <returns>The totals, as the bus would bring them.</returns>
    public ToolTotals Count(string tool, long ship, long skip)
    {
        var version = _totals.TryGetValue(tool, out var known) ? known.Version + 1 : 1;
        return _totals[tool] = new ToolTotals(tool, ship, skip, version, DateTimeOffset.UtcNow, 1);
    }

    public void Compare(string a, string b, DateTimeOffset at) =>
        _comparisons.Enqueue(
            new
            {
                slug = $"{a}-vs-{b}",
                tools = new[] { new { slug = a, name = a.ToUpperInvariant() }, new { slug = b, name = b.ToUpperInvariant() } },
                publishedAt = at,
            }
        );

    public void Publish(string week, DateTimeOffset at) =>
        _issues.Enqueue(
            new
            {
                week,
                title = $"Issue {week}",
                publishedAt = at,
                intro = "",
            }
        );

    public ValueTask DisposeAsync() => _app?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static Task Answer(HttpContext context, RequestDelegate next)
    {
        context.Response.StatusCode = 200;
        return next(context);
    }

    private static object Document(Tool tool) =>
        new
        {
            tool.Slug,
            name = tool.Slug.ToUpperInvariant(),
            tool.Version,
            tool.UpdatedAt,
            entryPrice = new { label = tool.Entry },
            plans = new[]
            {
                new
                {
                    name = "Pro",
                    amount = tool.Plan,
                    currency = "USD",
                    period = "month",
                },
            },
            reviews = tool.Reviews.Select(review => new
            {
                reviewer = new { slug = review.Reviewer, name = review.Reviewer.ToUpperInvariant() },
                review.Verdict,
                review.Quote,
                review.At,
                review.Sample,
            }),
        };
}
