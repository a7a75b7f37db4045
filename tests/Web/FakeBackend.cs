using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Web.Tests;

/// <summary>Catalog, Tally, Voting and Newsletter as Web sees them: their JSON over HTTP, each of which can be switched off.</summary>
public sealed class FakeBackend : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _spared;

    private FakeBackend(WebApplication app) => _app = app;

    public string Address => _app.Urls.First();
    public bool Sample { get; set; }
    public ConcurrentDictionary<string, Dictionary<string, object?>> Tools { get; } = new();
    public ConcurrentDictionary<string, (long Ship, long Skip)> Votes { get; } = new();
    public ConcurrentDictionary<string, bool> Down { get; } = new();

    /// <summary>Held and void votes by tool.</summary>
    public ConcurrentDictionary<string, (long Held, long Void)> Uncounted { get; } = new();

    /// <summary>Whose votes come from too few networks for a ranking.</summary>
    public List<string> Unranked { get; } = [];
    public ConcurrentQueue<(string Method, string Path, string? Cookie, string Body)> Received { get; } = new();

    /// <summary>Whose address each request was said to come from, and over which scheme.</summary>
    public ConcurrentQueue<(string Path, string? For, string? Scheme)> ForwardedCallers { get; } = new();

    /// <summary>The host each request named, and the trace it belongs to.</summary>
    public ConcurrentQueue<(string Path, string Host, string? Sparkline, string? State, string? Baggage)> Named { get; } = new();
    public List<object> Changes { get; } = [];
    public List<object> Points { get; } = [];
    public List<string> OwnVotes { get; } = ["cursor-2-0"];

    /// <summary>By tool: how many votes were found in the log, and how many stand.</summary>
    public ConcurrentDictionary<string, (long Verified, long Voters)> Verified { get; } = new();

    /// <summary>counted, held or void.</summary>
    public string OwnState { get; set; } = "counted";

    /// <summary>The tool whose maker had it flooded, and until when it says so.</summary>
    public (string Tool, DateTimeOffset Until)? Flooded { get; set; }

    public const string EditorToken = "an.editors.token";

    /// <summary>How often Catalog was asked for what the asker has already.</summary>
    public int Spared => _spared;

    /// <summary>What was asked of Webhooks beyond reading: method, path and body.</summary>
    public System.Collections.Concurrent.ConcurrentQueue<string> WebhookCalls { get; } = [];

    public bool NothingToTell { get; set; }
    public int VotingAnswers { get; set; } = 200;

    public int SignUpAnswers { get; set; } = 202;

    /// <summary>Whether Voting refuses votes of new voters: too many came from one place.</summary>
    public bool NoNewVoters { get; set; }

    public string IssueTitle { get; set; } = "Week 48";

    public static async Task<FakeBackend> StartAsync(string url = "http://127.0.0.1:0")
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(url);
        var backend = new FakeBackend(builder.Build());
        foreach (var tool in new[] { SampleCatalog.Cursor, SampleCatalog.Smol, SampleCatalog.Split })
            backend.Tools[(string)tool["slug"]!] = tool;
        backend.MapCatalog();
        backend.MapTally();
        backend.MapVoting();
        backend.MapNewsletter();
        await backend._app.StartAsync();
        return backend;
    }

    public object Tally(string tool)
    {
        var (ship, skip) = Votes.GetValueOrDefault(tool);
        var (held, @void) = Uncounted.GetValueOrDefault(tool);
        var total = ship + skip;
        if (total == 0)
            return new
            {
                tool,
                ship,
                skip,
                total,
                shipPercent = (double?)null,
                interval = (object?)null,
                version = held + @void,
                updatedAt = (string?)null,
                held,
                @void,
            };
        double n = total,
            p = ship / n,
            z = 1.959964,
            d = 1 + z * z / n;
        double middle = (p + z * z / (2 * n)) / d,
            half = z * Math.Sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / d;
        return new
        {
            tool,
            ship,
            skip,
            total,
            shipPercent = Math.Round(100 * p, 1),
            interval = new { low = Math.Round(100 * (middle - half), 1), high = Math.Round(100 * (middle + half), 1) },
            version = total + held + @void,
            updatedAt = "2026-11-20T10:00:00Z",
            held,
            @void,
        };
    }

    private void MapCatalog()
    {
        Map(
            "Catalog",
            "/api/tools",
            context =>
                Send(
                    context,
                    new
                    {
                        tools = Matching(context).ToList(),
                        total = Matching(context).Count(),
                        page = 1,
                        pages = 1,
                    }
                )
        );
        // As Catalog does for a tool that was given another slug.
        foreach (
            var (former, now) in ((string, string)[])
                [
                    ("tools/halo-vs", "tools/cursor-2-0"),
                    ("comparisons/halo-vs-vs-smolvlm2-2b", "comparisons/cursor-2-0-vs-smolvlm2-2b"),
                    ("comparisons/smolvlm2-2b-vs-halo-vs", "comparisons/cursor-2-0-vs-smolvlm2-2b"),
                ]
        )
            Map(
                "Catalog",
                $"/api/{former}",
                context =>
                {
                    context.Response.Redirect($"/api/{now}", permanent: true);
                    return Task.CompletedTask;
                }
            );
        Map(
            "Catalog",
            "/api/tools/{slug}",
            context => SendOr404(context, Tools.GetValueOrDefault((string)context.Request.RouteValues["slug"]!))
        );
        Map("Catalog", "/api/tools/{slug}/history", context => Send(context, new { tool = "", changes = Changes }));
        Map(
            "Catalog",
            "/api/catalog/tools",
            context =>
                Send(
                    context,
                    new
                    {
                        sample = Sample,
                        tools = Tools.Values.Select(tool => new
                        {
                            slug = tool["slug"],
                            name = tool["name"],
                            category = "developer-tools",
                            retired = tool["retired"],
                            version = 1,
                        }),
                    }
                )
        );
        Map("Catalog", "/api/categories", context => Send(context, new[] { SampleCatalog.Category() }));
        Map(
            "Catalog",
            "/api/edits",
            context =>
            {
                context.Response.StatusCode = context.Request.Headers.Authorization == $"Bearer {EditorToken}" ? 200 : 401;
                return Send(context, new { edits = Array.Empty<object>(), next = (long?)null });
            }
        );
        Map(
            "Catalog",
            "/api/comparisons",
            context =>
                Send(
                    context,
                    new
                    {
                        comparisons = new[] { Comparison("cursor-2-0", "smolvlm2-2b") },
                        total = 1,
                        page = 1,
                        pages = 1,
                    }
                )
        );
        Map(
            "Catalog",
            "/api/comparisons/{slug}",
            context =>
            {
                var pair = Contracts.Slug.Split((string)context.Request.RouteValues["slug"]!);
                return SendOr404(context, pair is var (a, b) && Tools.ContainsKey(a) && Tools.ContainsKey(b) ? Comparison(a, b) : null);
            }
        );
    }

    private IEnumerable<Dictionary<string, object?>> Matching(HttpContext context)
    {
        var q = context.Request.Query["q"].ToString();
        return Tools
            .Values.Where(tool => ((string)tool["name"]!).Contains(q, StringComparison.OrdinalIgnoreCase))
            .OrderBy(tool => (string)tool["name"]!);
    }

    private object Comparison(string a, string b) =>
        new
        {
            slug = Contracts.Slug.OfComparison(a, b),
            curated = a == "cursor-2-0" && b == "smolvlm2-2b",
            category = SampleCatalog.Category(),
            summary = "An editor that plans, or a model that sees on the device.",
            pricing = "Both start free; what you pay later differs in kind.",
            tools = new[] { Tools[a], Tools[b] },
            publishedAt = "2026-11-02T08:00:00Z",
            updatedAt = "2026-11-03T08:00:00Z",
            version = 1,
        };

    private void MapTally()
    {
        Map(
            "Tally",
            "/api/tallies",
            context =>
                Send(
                    context,
                    context
                        .Request.Query["tool"]
                        .Where(tool => Tools.ContainsKey(tool!))
                        .Where(tool => context.Request.Query["ranked"] != "true" || !Unranked.Contains(tool!))
                        .Select(tool => Tally(tool!))
                )
        );
        Map(
            "Tally",
            "/api/tallies/{tool}/history",
            context =>
                Send(
                    context,
                    new
                    {
                        tool = context.Request.RouteValues["tool"],
                        bucket = "day",
                        points = Points,
                    }
                )
        );
        Map("Tally", "/api/tallies/{kind}", context => Send(context, Votes.Keys.Order().Select(Tally)));
    }

    private void MapVoting()
    {
        Map(
            "Voting",
            "/log/verified/{tool}",
            context =>
            {
                var (verified, voters) = Verified.GetValueOrDefault((string)context.Request.RouteValues["tool"]!);
                return Send(context, new { verified, voters });
            }
        );
        Map(
            "Voting",
            "/api/voters",
            context =>
            {
                if (context.Request.Method == "DELETE")
                {
                    context.Response.StatusCode = 204;
                    context.Response.Headers.SetCookie = "voter=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/; HttpOnly; SameSite=Lax";
                    return Task.CompletedTask;
                }

                context.Response.StatusCode = 201;
                context.Response.Headers.SetCookie = "voter=fresh-voter; Path=/; HttpOnly; SameSite=Lax";
                return Send(context, new { token = "fresh-voter", expiresAt = "2027-11-20T10:00:00Z" });
            }
        );
        Map(
            "Voting",
            "/api/moderation",
            context =>
                Send(
                    context,
                    new
                    {
                        moderations = new[]
                        {
                            new
                            {
                                id = 7,
                                tool = "cursor-2-0",
                                action = "void",
                                reason = "maker-flood",
                                votes = 90,
                                ship = -90,
                                skip = 0,
                                moderator = "ada",
                                note = "Thirty networks.",
                                at = "2026-11-21T10:00:00Z",
                            },
                        },
                        next = 7,
                    }
                )
        );
        Map(
            "Voting",
            "/api/moderation/notices",
            context =>
                Send(
                    context,
                    Flooded is var (tool, until)
                        ? new[]
                        {
                            new
                            {
                                tool,
                                votes = 90,
                                at = until.AddDays(-90),
                                until,
                            },
                        }
                        : []
                )
        );
        Map(
            "Voting",
            "/api/moderation/gate",
            context =>
                Send(
                    context,
                    new
                    {
                        since = "2026-11-20T10:00:00Z",
                        counted = 1234,
                        held = 56,
                        asked = 90,
                        askedFor = new
                        {
                            tool = 70,
                            network = 15,
                            address = 5,
                        },
                    }
                )
        );
        Map(
            "Voting",
            "/api/votes",
            context =>
                Send(
                    context,
                    new
                    {
                        votes = OwnVotes.Select(tool => new
                        {
                            tool,
                            choice = "ship",
                            seq = 1,
                            at = "2026-11-20T10:00:00Z",
                            state = OwnState,
                            reason = "crowded-network",
                            decidedBy = "2026-11-22T18:04:00Z",
                        }),
                    }
                )
        );
        Map(
            "Voting",
            "/api/votes/{tool}",
            async context =>
            {
                var tool = (string)context.Request.RouteValues["tool"]!;
                if (NoNewVoters)
                {
                    context.Response.StatusCode = 429;
                    context.Response.Headers.RetryAfter = "1800";
                    await Send(context, new { type = "urn:problem-type:too-many-new-voters" });
                    return;
                }

                var isNew = context.Request.Headers.Cookie.Count == 0;
                if (isNew && !Received.Last().Body.Contains("\"voter\":\"new\"", StringComparison.Ordinal))
                {
                    context.Response.StatusCode = 401;
                    return;
                }

                context.Response.StatusCode = !Tools.ContainsKey(tool) ? 404 : VotingAnswers;
                if (VotingAnswers is 429 or 503)
                    context.Response.Headers.RetryAfter = "30";
                if (isNew && context.Response.StatusCode == 200)
                    context.Response.Headers.SetCookie = "voter=fresh-voter; Path=/; HttpOnly; SameSite=Lax";
                await Send(
                    context,
                    new
                    {
                        tool,
                        choice = "ship",
                        seq = 1,
                        at = "2026-11-20T10:00:00Z",
                    }
                );
            }
        );
    }

    private void MapNewsletter()
    {
        object Issue() =>
            new
            {
                week = "2026-w48",
                title = IssueTitle,
                publishedAt = "2026-11-23T08:00:00Z",
                intro = "What changed.",
                sections = new[]
                {
                    new
                    {
                        title = "New",
                        links = new[]
                        {
                            new
                            {
                                title = "A pair",
                                path = "/compare",
                                note = "Worth a look",
                            },
                        },
                    },
                },
            };
        Map(
            "Newsletter",
            "/api/newsletter/preview",
            context =>
            {
                context.Response.StatusCode = context.Request.Headers.Authorization == $"Bearer {EditorToken}" ? 200 : 401;
                return Send(
                    context,
                    NothingToTell
                        ? new
                        {
                            week = "2026-w49",
                            dueAt = "2026-11-30T08:00:00Z",
                            issue = (object?)null,
                            html = (string?)null,
                            text = (string?)null,
                        }
                        : new
                        {
                            week = "2026-w49",
                            dueAt = "2026-11-30T08:00:00Z",
                            issue = (object?)Issue(),
                            html = (string?)"<p style=\"margin:0\">The mail</p>",
                            text = (string?)"The mail <in words>",
                        }
                );
            }
        );
        Map(
            "Webhooks",
            "/api/webhooks/{**rest}",
            async context =>
            {
                var asked = $"{context.Request.Method} {context.Request.Path}";
                if (context.Request.Headers.Authorization != $"Bearer {EditorToken}")
                {
                    context.Response.StatusCode = 401;
                    return;
                }

                if (context.Request.Method != "GET")
                    WebhookCalls.Enqueue($"{asked} {Received.Last().Body}".Trim());

                var webhook = new
                {
                    id = "wh_1",
                    url = "https://publisher.example/hook",
                    events = new[] { new { type = "price.changed", conditions = new { tools = new[] { "halo" } } } },
                    status = "failing",
                    notice = "Failing since 2026-11-25 10:00 UTC.",
                    publicKey = "whpk_public",
                    createdAt = "2026-11-25T10:00:00Z",
                    secret = context.Request.Method == "GET" ? null : "whsec_secret",
                };
                var delivery = new
                {
                    id = "msg_1",
                    type = "price.changed",
                    subject = "halo",
                    state = "waiting",
                    attempts = 2,
                    createdAt = "2026-11-25T10:00:00Z",
                    nextAt = "2026-11-25T10:05:00Z",
                    problem = "Answered 500",
                    payload = "{\"type\":\"<price>\"}",
                };
                await Send(
                    context,
                    asked.EndsWith("/deliveries", StringComparison.Ordinal) ? new { deliveries = new[] { delivery }, next = (string?)null }
                        : asked == "GET /api/webhooks" ? new { webhooks = new[] { webhook } }
                        : (object)webhook
                );
            }
        );
        Map("Newsletter", "/api/newsletter/issues", context => Send(context, new { issues = new[] { Issue() } }));
        Map(
            "Newsletter",
            "/api/newsletter/issues/{week}",
            context => SendOr404(context, (string)context.Request.RouteValues["week"]! == "2026-w48" ? Issue() : null)
        );
        foreach (var form in new[] { "subscriptions", "confirmations", "unsubscriptions", "refusals" })
        {
            Map(
                "Newsletter",
                $"/api/newsletter/{form}",
                context =>
                {
                    context.Response.StatusCode = form == "subscriptions" ? SignUpAnswers : 200;
                    if (SignUpAnswers == 429)
                        context.Response.Headers.RetryAfter = "600";
                    return Send(context, new { status = "pending" });
                }
            );
        }

        Map(
            "OpenApi",
            "/openapi/v1.json",
            context =>
            {
                context.Response.ContentType = "application/json";
                return context.Response.WriteAsync(
                    """
                    {"openapi":"3.1.1","paths":{"/api/thing":{"get":{"schema":{"$ref":"#/components/schemas/Thing"}}}},"components":{"schemas":{"Thing":{"type":"object"}}}}
                    """
                );
            }
        );
    }

    private void Map(string service, string pattern, Func<HttpContext, Task> answer) =>
        _app.Map(
            pattern,
            async context =>
            {
                using var body = new StreamReader(context.Request.Body);
                Received.Enqueue(
                    (context.Request.Method, context.Request.Path, context.Request.Headers.Cookie, await body.ReadToEndAsync())
                );
                var headers = context.Request.Headers;
                Named.Enqueue((context.Request.Path, headers.Host.ToString(), headers.TraceParent, headers.TraceState, headers.Baggage));
                ForwardedCallers.Enqueue(
                    (context.Request.Path, context.Request.Headers["X-Forwarded-For"], context.Request.Headers["X-Forwarded-Proto"])
                );
                if (Down.GetValueOrDefault(service))
                    context.Response.StatusCode = 503;
                else if (service == "Catalog")
                    await AnswerTaggedAsync(context, answer);
                else
                    await answer(context);
            }
        );

    // As Catalog does: a client with the newest state gets 304.
    private async Task AnswerTaggedAsync(HttpContext context, Func<HttpContext, Task> answer)
    {
        var body = context.Response.Body;
        using var content = new MemoryStream();
        context.Response.Body = content;
        await answer(context);
        context.Response.Body = body;
        var tag = $"\"{Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(content.ToArray()))[..16]}\"";
        if (context.Response.StatusCode == 200)
            context.Response.Headers.ETag = tag;
        if (context.Request.Headers.IfNoneMatch == tag)
        {
            Interlocked.Increment(ref _spared);
            context.Response.StatusCode = 304;
            context.Response.ContentType = null;
            return;
        }

        content.Position = 0;
        await content.CopyToAsync(body);
    }

    private static Task SendOr404(HttpContext context, object? value)
    {
        if (value is not null)
            return Send(context, value);
        context.Response.StatusCode = 404;
        return Task.CompletedTask;
    }

    private static Task Send(HttpContext context, object value)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(JsonSerializer.Serialize(value, JsonSerializerOptions.Web));
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
