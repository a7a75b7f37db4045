using Contracts;
using Hosting;
using Hosting.Databases;
using Hosting.Description;
using Hosting.Http;
using Hosting.Identity;
using Hosting.Limits;
using Hosting.Messaging;
using Hosting.Observability;
using Hosting.Origins;
using MassTransit;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using Voting.Batching;
using Voting.Challenges;
using Voting.Integrity;
using Voting.Ledger;
using Voting.Ledger.Postgres;
using Voting.Ledger.Sqlite;
using Voting.Log;
using Voting.PublicLedger;
using Voting.Quota;
using Voting.Relay;
using Voting.Tools;
using Voting.Voters;
using Voting.Votes;

namespace Voting;

/// <summary>Composes the service: its own Program and Standalone call the same three methods.</summary>
public static class VotingService
{
    public static void AddVoting(this WebApplicationBuilder builder)
    {
        var database = builder.AddDatabase<VoterKeys>("Ledger", services => services.GetRequiredService<VoterRehash>().ApplyAsync);
        builder.AddServiceClient("Catalog");
        builder.AddTelemetryOf("Voting");
        builder.DescribeVoters();
        builder.DescribeTag("Voting", "A voter's own votes. Requests from other sites' pages are refused.");
        builder.DescribeTag("Ledger", "Every change of every vote, under pseudonyms, so that anyone can recount.");
        builder.DescribeTag("Log", "The same ledger as a signed, append-only log (C2SP tlog-tiles), with proofs.");
        builder.DescribeTag("Moderation", "Votes that were held, released or voided, and the cases that moderators decide.");
        builder.AddRoute<TotalsMoved>(Queues.TallyTotals);
        builder.Services.AddSingleton(VoterKeys.From(builder.Configuration));
        builder.Services.AddSingleton<VoterTokens>();
        builder.Services.AddSingleton(new VoterHasher(builder.Configuration));
        builder.Services.AddSingleton<VoterRehash>();
        builder.Services.AddSingleton<VotingMetrics>().AddHostedService(services => services.GetRequiredService<VotingMetrics>());
        builder.Services.AddSingleton<VoteLedger>(services =>
            database.Source is NpgsqlDataSource postgres
                ? new PostgresLedger(postgres)
                : new SqliteLedger(database.ConnectionString, database.Source, services.GetRequiredService<ILogger<SqliteLedger>>())
        );
        builder.Services.AddSingleton<ToolList>();
        builder.Services.AddSingleton<StallDetector>();
        builder.AddChallenges(database.Source);
        builder.AddQuota(database.Source);
        builder.AddEditors();
        builder.Services.AddSingleton(services => new IntegrityStore(database.Source, services.GetRequiredService<VoteLedger>()));
        builder.Services.AddSingleton<Moderate>();
        builder.Services.AddSingleton<PublicModeration>();
        builder.Services.AddHostedService<Detection>();
        builder.Services.AddSingleton<VoterRateLimit>();
        builder.Services.AddSingleton<CastVote>();
        builder.Services.AddSingleton<ForgetVoter>();
        builder.Services.AddSingleton<ReadVotes>();
        builder.AddBackground<TotalsRelay>();
        builder.Services.AddSingleton(ErasureSettings.From(builder.Configuration));
        builder.AddBackground<BatchWriter>();
        builder.Services.AddHostedService<DueWithdrawals>();
        builder.AddBackground<ToolListFill>();
        builder.Services.AddSingleton(LogSigner.From(builder.Configuration));
        builder.Services.AddSingleton(LogGuard.From(builder.Configuration));
        builder.Services.AddSingleton(new LogStore(database.Source));
        builder.Services.AddSingleton<VerifiedVotes>();
        builder.Services.AddHostedService<LogKeeper>();
        builder.Services.AddSingleton(WitnessSettings.From(builder.Configuration));
        builder.Services.AddHttpClient(LogWitnesses.ClientName, LogWitnesses.Bounded);
        builder.Services.AddHostedService<LogWitnesses>();
        builder
            .Services.AddHealthChecks()
            .AddCheck<LedgerHealth>("ledger", HealthStatus.Unhealthy, timeout: TimeSpan.FromSeconds(2))
            .AddCheck<ToolsHealth>("tools");
    }

    /// <summary>What this service hears from the bus.</summary>
    public static void Consumers(IBusRegistrationConfigurator bus) =>
        bus.AddConsumer<ToolsChangedConsumer, ToolsChangedConsumerDefinition>();

    public static void MapVoting(this WebApplication app)
    {
        var api = app.MapGroup("/api")
            .WithTags("Voting")
            .RequireSameOrigin()
            .ForOneReaderOnly()
            .ExplainParameter("tool", "A tool's slug.", "cursor-2-0")
            .Proves(VoterSecurity.Cookie, VoterSecurity.Token);
        var write = api.MapGroup("").LimitRate(RateLimits.Write);
        write
            .MapPost("/voters", IssueVoter.Handle)
            .WithName("createVoter")
            .WithSummary("Become a voter")
            .WithDescription("With a valid voter, the answer is 200 and the same voter.")
            .Proves("", VoterSecurity.Cookie, VoterSecurity.Token)
            .Produces<IssueVoter.Issued>(201)
            .Produces<IssueVoter.Issued>()
            .Refuses(403, 429);
        write
            .MapDelete("/voters", (HttpContext context, ForgetVoter forget) => forget.HandleAsync(context))
            .WithName("forgetVoter")
            .WithSummary(
                "Forget the voter: nothing ties votes to the voter any more, and within a day each is withdrawn, at a random moment"
            )
            .Produces(204)
            .Refuses(401, 403, 429, 503);
        write
            .MapPut("/votes/{tool}", (HttpContext context, string tool, CastVote cast) => cast.PutAsync(context, tool))
            .WithName("castVote")
            .WithSummary("Cast or change a vote")
            .WithDescription(
                "The same choice again changes nothing and answers the same. With `\"voter\":\"new\"` and a `nonce`, one request makes the "
                    + "voter and casts; the same request again is the same voter and the same vote."
            )
            .Proves(VoterSecurity.Cookie, VoterSecurity.Token, "")
            .Accepts<CastVote.Body>("application/json")
            .Produces<VoteAnswer>()
            .ShowRequest(new CastVote.Body("ship"))
            .ShowAnswer(ApiExamples.Vote)
            .Refuses(400, 401, 403, 404, 413, 415, 429, 503)
            .ShowsChallenge();
        write
            .MapDelete("/votes/{tool}", (HttpContext context, string tool, CastVote cast) => cast.DeleteAsync(context, tool))
            .WithName("withdrawVote")
            .WithSummary("Withdraw a vote")
            .Produces<VoteAnswer>()
            .Refuses(401, 403, 404, 429, 503);
        write
            .MapPost(
                "/votes/{tool}/verified",
                (HttpContext context, string tool, VerifiedVotes verified) => verified.TickAsync(context, tool)
            )
            .WithName("reportVerifiedVote")
            .WithSummary("Say that the voter's browser found the vote in the public log")
            .WithDescription("Counted once while the vote stands. Stored is the mark that the log names, and neither voter nor time.")
            .Produces(204)
            .Refuses(401, 403, 429, 503);
        api.MapGet("/votes/{tool}", (HttpContext context, string tool, ReadVotes read) => read.OneAsync(context, tool))
            .WithName("getVote")
            .WithSummary("The voter's own vote on a tool")
            .Produces<VoteAnswer>()
            .Refuses(401, 404, 503);
        api.MapGet("/votes", (HttpContext context, ReadVotes read) => read.AllAsync(context))
            .WithName("listVotes")
            .WithSummary("All the voter's own votes")
            .Produces<VotesAnswer>()
            .Refuses(401, 503);

        var ledger = app.MapGroup("/api/ledger")
            .WithTags("Ledger")
            .ExplainParameter("after", "The `next` of the page before; 0 to read from the beginning.", 0)
            .ExplainParameter("limit", "How many at most. A page may be shorter.", 1000)
            .ReadableByAnySite(LedgerEpoch.Header)
            .LimitConcurrency(ConcurrencyLimit.Computing)
            .LimitRate(RateLimits.Costly);
        ledger
            .MapGet("", ReadLedger.EntriesAsync)
            .WithName("listLedgerEntries")
            .WithSummary("The whole append-only log, to recount")
            .Produces<ReadLedger.Page>()
            .ShowAnswer(ApiExamples.LedgerPage)
            .Refuses(400, 429, 503);
        ledger
            .MapGet("/minutes", ReadLedger.MinutesAsync)
            .WithName("listLedgerMinutes")
            .WithSummary("The log added up by tool and minute")
            .Produces<ReadLedger.MinutesPage>()
            .Refuses(400, 429, 503);
        ledger
            .MapGet("/totals", ReadLedger.TotalsAsync)
            .WithName("listLedgerTotals")
            .WithSummary("Where every tool's totals stand")
            .Produces<List<ReadLedger.TotalsAnswer>>()
            .Refuses(503);
        app.MapLog();
        app.MapModeration();
    }

    private static void MapModeration(this WebApplication app)
    {
        var moderation = app.MapGroup("/api/moderation")
            .WithTags("Moderation")
            .ExplainParameter("after", "The `next` of the page before; 0 to read from the beginning.", 0)
            .ExplainParameter("limit", "How many at most.", 100)
            .ReadableByAnySite()
            .LimitConcurrency(ConcurrencyLimit.Computing)
            .LimitRate(RateLimits.Costly);
        moderation
            .MapGet(
                "",
                (HttpContext context, PublicModeration moderated, long after = 0, int limit = 100) =>
                    moderated.ListAsync(context, after, limit)
            )
            .WithName("listModerations")
            .WithSummary("Every hold, release and void, oldest first")
            .Produces<PublicModeration.ModerationPage>()
            .Refuses(400, 429, 503);
        moderation
            .MapGet("/notices", (HttpContext context, PublicModeration moderated) => moderated.NoticesAsync(context))
            .WithName("listFloodNotices")
            .WithSummary("Tools whose maker was found to have them flooded in the last 90 days")
            .Produces<List<PublicModeration.NoticeAnswer>>()
            .Refuses(429, 503);
        moderation
            .MapGet("/gate", (HttpContext context, PublicModeration moderated) => moderated.GateAsync(context))
            .WithName("getGateFigures")
            .WithSummary("What became of first votes in the last 24 hours: counted, held, or asked for work")
            .Produces<PublicModeration.GateAnswer>()
            .Refuses(429, 503);
        var cases = app.MapGroup("/api/moderation/cases")
            .WithTags("Moderation")
            .ExplainParameter("id", "A case's id.")
            .RequireSameOrigin()
            .RequireAuthorization(EditorAccess.Moderators);
        cases
            .MapGet("", (HttpContext context, Moderate moderate) => moderate.CasesAsync(context))
            .WithName("listCases")
            .WithSummary("Cases to decide, open ones first")
            .Produces<List<Moderate.CaseAnswer>>()
            .Refuses(401, 403, 503);
        foreach (var kind in (EntryKind[])[EntryKind.Hold, EntryKind.Release, EntryKind.Void])
            cases
                .MapPost(
                    $"/{{id:long}}/{Moderate.WordOf(kind)}",
                    (HttpContext context, long id, Moderate.DecisionBody body, Moderate moderate) =>
                        moderate.DecideAsync(context, id, kind, body)
                )
                .WithName($"{Moderate.WordOf(kind)}Case")
                .WithSummary($"{Capitalized(Moderate.WordOf(kind))} the votes of a case, or of one of its groups")
                .Produces<Moderate.CaseAnswer>()
                .Refuses(400, 401, 403, 404, 409, 415, 503);
    }

    private static string Capitalized(string word) => char.ToUpperInvariant(word[0]) + word[1..];

    private static void MapLog(this WebApplication app)
    {
        var files = app.MapGroup("/log")
            .WithTags("Log")
            .ExplainParameter("tool", "A tool's slug.", "cursor-2-0")
            .ExplainParameter("index", "An entry's place in the log, from 0.", "0")
            .ExplainParameter("address", "A level and a number, as in C2SP tlog-tiles, or `entries/` and a number.", "entries/000")
            .ReadableByAnySite()
            .LimitConcurrency(ConcurrencyLimit.Computing);
        // Thousands of small reads make one recount, so these take turns but are not counted.
        files
            .MapGet("/tile/{**address}", ServeLog.TileAsync)
            .WithName("getLogTile")
            .WithSummary("A tile of hashes, or a bundle of entries")
            .Produces<byte[]>(200, "application/octet-stream")
            .Refuses(400, 404, 503);
        var log = files.MapGroup("").LimitRate(RateLimits.Costly);
        log.MapGet("/checkpoint", ServeLog.CheckpointAsync)
            .WithName("getLogCheckpoint")
            .WithSummary("The log's signed size and root")
            .Produces<string>(200, "text/plain")
            .Refuses(404, 429, 503);
        log.MapGet("/proof/{index}", ServeLog.ProofAsync)
            .WithName("getLogProof")
            .WithSummary("Proof that an entry is in the log")
            .Produces<string>(200, "text/plain")
            .Refuses(404, 429, 503);
        log.MapGet("/tally/{tool}", ServeLog.TallyAsync)
            .WithName("getTallyProof")
            .WithSummary("Proof of a tool's numbers: its newest entry")
            .Produces<string>(200, "text/plain")
            .Refuses(404, 429, 503);
        log.MapGet("/verified/{tool}", (HttpContext context, string tool, VerifiedVotes verified) => verified.CountAsync(context, tool))
            .WithName("getVerifiedVotes")
            .WithSummary("How many of a tool's votes their voters' browsers found in the log")
            .Produces<VerifiedAnswer>()
            .Refuses(429, 503);
        log.MapGet("/key", ServeLog.Key)
            .WithName("getLogKeys")
            .WithSummary("The keys that sign the log, newest first")
            .Produces<string>(200, "text/plain")
            .Refuses(404, 429);
        log.MapGet("/policy", ServeLog.Policy)
            .WithName("getLogPolicy")
            .WithSummary("What a verifier should demand")
            .Produces<string>(200, "text/plain")
            .Refuses(404, 429);
    }

    private static RouteHandlerBuilder Refuses(this RouteHandlerBuilder route, params ReadOnlySpan<int> statuses)
    {
        foreach (var status in statuses)
            route.ProducesProblem(status);
        return route;
    }

    // A background part that the rest of the service calls too.
    private static void AddBackground<TPart>(this WebApplicationBuilder builder)
        where TPart : BackgroundService
    {
        builder.Services.AddSingleton<TPart>();
        builder.Services.AddHostedService(services => services.GetRequiredService<TPart>());
    }
}
