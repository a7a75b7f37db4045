using System.Collections.Concurrent;
using Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Tally.Tests;

/// <summary>Voting and Catalog as this service sees them: a ledger that counts, and a list of tools.</summary>
public sealed class FakeLedger : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly List<Entry> _entries = [];
    private readonly Dictionary<string, ToolTotals> _totals = [];
    private readonly WebApplication _app;

    private FakeLedger(WebApplication app) => _app = app;

    /// <summary>Which lineage of the ledger this is.</summary>
    public long Epoch { get; private set; } = 1_764_000_000;

    public static readonly DateTimeOffset Noon = DateTimeOffset.UtcNow.AddHours(-3);

    public string Address => _app.Urls.First();

    public ConcurrentBag<string> Tools { get; } = [];

    /// <summary>While true every answer is a 503.</summary>
    public bool IsAway { get; set; }

    /// <summary>While true the totals come without their time, as a ledger may send them.</summary>
    public bool WithoutTimes { get; set; }

    /// <summary>Unless null, the body that is answered for the totals.</summary>
    public string? Nonsense { get; set; }

    /// <summary>How often the totals were asked for.</summary>
    public int Asked { get; private set; }

    /// <summary>How often a page of entries was asked for.</summary>
    public int Looked { get; private set; }

    /// <summary>Unless null a vote on this tool is committed whenever a page is asked for: there is always something new.</summary>
    public string? NeverQuiet { get; set; }

    /// <summary>How many entries a page has at most, whatever is asked for.</summary>
    public int PageSize { get; set; } = 5000;

    public static async Task<FakeLedger> StartAsync(params string[] tools)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var fake = new FakeLedger(app);
        foreach (var tool in tools)
            fake.Tools.Add(tool);
        app.Use(
            (context, next) =>
            {
                if (!fake.IsAway)
                    return next(context);
                context.Response.StatusCode = 503;
                return Task.CompletedTask;
            }
        );
        app.MapGet(
            "/api/catalog/tools",
            () =>
                new
                {
                    tools = fake.Tools.Select(slug => new
                    {
                        slug,
                        name = slug,
                        category = "developer-tools",
                        retired = false,
                        version = 1,
                    }),
                }
        );
        app.MapGet(
            "/api/ledger/totals",
            (HttpContext context) =>
            {
                context.Response.Headers["Ledger-Epoch"] = fake.Epoch.ToString();
                var honest = fake.TotalsJson();
                return fake.Nonsense is { } nonsense ? Results.Text(nonsense, "application/json") : honest;
            }
        );
        app.MapGet("/api/ledger/minutes", (long after, int limit) => fake.Minutes(after, limit));
        await app.StartAsync();
        return fake;
    }

    /// <summary>A voter's choice becomes durable; the new totals are answered, and told to nobody yet.</summary>
    public ToolTotals Commit(string tool, string? choice, string? previous = null, DateTimeOffset? at = null) =>
        Commit(tool, choice, previous, at, held: 0, isVoid: 0);

    /// <summary>So many say ship, from so many networks.</summary>
    public ToolTotals Crowd(string tool, int votes, int networks)
    {
        lock (_gate)
        {
            for (var vote = 0; vote < votes; vote++)
                Commit(tool, "ship");
            return _totals[tool] = _totals[tool] with { Networks = networks };
        }
    }

    /// <summary>A counted vote is held.</summary>
    public ToolTotals Hold(string tool, string choice) => Commit(tool, choice: null, previous: choice, at: null, held: 1, isVoid: 0);

    /// <summary>A held vote is made void.</summary>
    public ToolTotals Void(string tool) => Commit(tool, choice: null, previous: null, at: null, held: -1, isVoid: 1);

    private ToolTotals Commit(string tool, string? choice, string? previous, DateTimeOffset? at, int held, int isVoid)
    {
        lock (_gate)
        {
            var time = at ?? DateTimeOffset.UtcNow;
            _entries.Add(new Entry(_entries.Count + 1, tool, choice, previous, time, held, isVoid));
            var old = _totals.GetValueOrDefault(tool) ?? new ToolTotals(tool, 0, 0, 0, default, Epoch);
            return _totals[tool] = new ToolTotals(
                tool,
                old.Ship + Change(choice, previous, "ship"),
                old.Skip + Change(choice, previous, "skip"),
                old.Version + 1,
                time,
                Epoch,
                old.Held + held,
                old.Void + isVoid,
                old.Networks
            );
        }
    }

    /// <summary>A backup of the moment after that many entries is restored.</summary>
    /// <param name="begin">True when the operator then begins a new epoch, as the runbook says.</param>
    public void Restore(int entries, bool begin)
    {
        lock (_gate)
        {
            var kept = _entries.Take(entries).ToArray();
            _entries.Clear();
            _totals.Clear();
            if (begin)
                Epoch++;
            foreach (var entry in kept)
                Commit(entry.Tool, entry.Choice, entry.Previous, entry.At, entry.Held, entry.Void);
        }
    }

    public ToolTotals Totals(string tool)
    {
        lock (_gate)
            return _totals[tool];
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static int Change(string? choice, string? previous, string which) => (choice == which ? 1 : 0) - (previous == which ? 1 : 0);

    private IResult TotalsJson()
    {
        lock (_gate)
        {
            Asked++;
            return WithoutTimes
                ? Results.Json(
                    _totals
                        .Values.Select(t => new
                        {
                            t.Tool,
                            t.Ship,
                            t.Skip,
                            t.Version,
                        })
                        .ToArray()
                )
                : Results.Json(
                    _totals
                        .Values.Select(t => new
                        {
                            t.Tool,
                            t.Ship,
                            t.Skip,
                            t.Version,
                            t.At,
                            t.Epoch,
                            t.Held,
                            t.Void,
                            Broad = Breadth.Of(t),
                        })
                        .ToArray()
                );
        }
    }

    private object Minutes(long after, int limit)
    {
        if (NeverQuiet is { } tool)
            Commit(tool, "ship");
        lock (_gate)
        {
            Looked++;
            var entries = _entries.Where(entry => entry.Id > after).Take(Math.Min(limit, PageSize)).ToArray();
            var minutes = entries
                .GroupBy(entry => (entry.Tool, Minute: entry.At.UtcTicks / TimeSpan.TicksPerMinute))
                .OrderBy(minute => minute.Key.Minute)
                .Select(minute => new
                {
                    minute.Key.Tool,
                    Ship = minute.Sum(entry => Change(entry.Choice, entry.Previous, "ship")),
                    Skip = minute.Sum(entry => Change(entry.Choice, entry.Previous, "skip")),
                    Entries = minute.Count(),
                    At = minute.Max(entry => entry.At),
                });
            return new
            {
                minutes = minutes.ToArray(),
                next = entries.Length > 0 ? entries[^1].Id : after,
                Epoch,
            };
        }
    }

    private sealed record Entry(long Id, string Tool, string? Choice, string? Previous, DateTimeOffset At, int Held, int Void);
}
