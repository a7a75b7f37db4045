using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Newsletter.Tests;

/// <summary>Stands in for Catalog and Tally: answers in their shapes from what a test says happened.</summary>
internal sealed class Neighbours : IAsyncDisposable
{
    private const int PageSize = 2;
    private readonly List<Tool> _tools = [];
    private readonly List<Comparison> _comparisons = [];
    private WebApplication? _app;

    private sealed record Tool(string Slug, string Name, DateTimeOffset UpdatedAt);

    private sealed record Comparison(string Slug, string Summary, object[] Tools, DateTimeOffset PublishedAt);

    public string Address => _app!.Urls.First();

    /// <summary>Ship and skip by tool.</summary>
    public Dictionary<string, (int Ship, int Skip)> Votes { get; } = [];

    /// <summary>The likely range of a tool's share; where none is given, from half of it to everything.</summary>
    public Dictionary<string, (double Low, double High)> Intervals { get; } = [];

    /// <summary>Whose votes come from too few networks for a ranking.</summary>
    public HashSet<string> Unranked { get; } = [];

    /// <summary>Where a tool's votes stood at the end of a day, oldest first.</summary>
    public Dictionary<string, List<(DateTimeOffset End, int Ship, int Skip)>> Days { get; } = [];

    /// <summary>What editors changed of a tool, newest first.</summary>
    public Dictionary<string, List<(DateTimeOffset At, string What, string? Name, string? From, string? To)>> Changes { get; } = [];

    public bool TallyAway { get; set; }

    public async Task StartAsync()
    {
        if (_app is not null)
            return;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.MapGet("/api/tools", (int page) => Results.Json(new { tools = Paged(_tools, page), pages = Pages(_tools) }));
        _app.MapGet(
            "/api/comparisons",
            (int page) =>
            {
                var newest = _comparisons.OrderByDescending(comparison => comparison.PublishedAt).ToList();
                return Results.Json(new { comparisons = Paged(newest, page), pages = Pages(newest) });
            }
        );
        _app.MapGet(
            "/api/tools/{tool}/history",
            (string tool) =>
                Results.Json(
                    new
                    {
                        tool,
                        changes = Changes
                            .GetValueOrDefault(tool, [])
                            .Select(change => new
                            {
                                change.At,
                                change.What,
                                change.Name,
                                change.From,
                                change.To,
                            }),
                    }
                )
        );
        _app.MapGet(
            "/api/tallies",
            (string[] tool, bool? ranked) =>
                TallyAway
                    ? Results.StatusCode(503)
                    : Results.Json(
                        tool.Where(slug => ranked != true || !Unranked.Contains(slug))
                            .Select(slug =>
                            {
                                var (ship, skip) = Votes.GetValueOrDefault(slug);
                                var share = Share(ship, skip);
                                var (low, high) = Intervals.GetValueOrDefault(slug, (share / 2 ?? 0, 100));
                                return new
                                {
                                    tool = slug,
                                    ship,
                                    skip,
                                    total = ship + skip,
                                    shipPercent = share,
                                    interval = share is null ? null : new { low, high },
                                };
                            })
                    )
        );
        _app.MapGet(
            "/api/tallies/{tool}/history",
            (string tool, string bucket) =>
                bucket != "day"
                    ? Results.StatusCode(400)
                    : Results.Json(
                        new
                        {
                            tool,
                            points = Days.GetValueOrDefault(tool, [])
                                .Select(day => new
                                {
                                    at = day.End,
                                    day.Ship,
                                    day.Skip,
                                    shipPercent = Share(day.Ship, day.Skip),
                                }),
                        }
                    )
        );
        await _app.StartAsync();
    }

    /// <summary>A tool the catalog offers, last edited then.</summary>
    public void Offer(string slug, string name, DateTimeOffset? edited = null)
    {
        _tools.RemoveAll(tool => tool.Slug == slug);
        _tools.Add(new Tool(slug, name, edited ?? DateTimeOffset.UnixEpoch));
    }

    /// <summary>A comparison the catalog tells of from now on.</summary>
    public void Publish(string a, string b, DateTimeOffset at, string? summary = null) =>
        _comparisons.Add(
            new Comparison(
                $"{a}-vs-{b}",
                summary ?? $"How {a} & {b} differ",
                [new { slug = a, name = a.ToUpperInvariant() }, new { slug = b, name = b.ToUpperInvariant() }],
                at
            )
        );

    public ValueTask DisposeAsync() => _app?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static double? Share(int ship, int skip) => ship + skip == 0 ? null : Math.Round(100.0 * ship / (ship + skip), 1);

    private static IEnumerable<T> Paged<T>(List<T> all, int page) => all.Skip((page - 1) * PageSize).Take(PageSize);

    private static int Pages<T>(List<T> all) => Math.Max(1, (all.Count + PageSize - 1) / PageSize);
}
