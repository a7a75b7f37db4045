using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text.Json;
using Contracts.Log;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Testing;
using Testing.Logs;

namespace Operator.Tests.PublicLog;

/// <summary>A stranger's recount of logs that are made here, honest ones and others.</summary>
public abstract class LogRecountTest : IDisposable
{
    protected const string Origin = "verdicts.example/log";
    protected const int Size = 700;

    private readonly DirectoryInfo _temporary = Directory.CreateTempSubdirectory("log-");

    protected Signer Signer { get; } = new(Origin);

    protected Signer Ann { get; } = new("ann.example/witness");

    protected Signer Ben { get; } = new("ben.example/witness");

    protected string Temporary => _temporary.FullName;

    public void Dispose()
    {
        _temporary.Delete(recursive: true);
        Signer.Dispose();
        Ann.Dispose();
        Ben.Dispose();
        GC.SuppressFinalize(this);
    }

    protected string Log => Path.Combine(Temporary, "log");

    protected string At(string path) => Path.Combine(Log, path);

    protected static IEnumerable<byte[]> Votes(int count, string? first = null)
    {
        var votes = new VoteSequence();
        if (first is not null)
            yield return votes.Cast(first, 0, "ship").ToBytes();
        foreach (var vote in votes.CastMany(count))
            yield return vote.ToBytes();
    }

    protected Checkpoint Write(string folder, IEnumerable<byte[]> entries, params Signer[] witnesses)
    {
        var log = new LogWriter(folder);
        foreach (var entry in entries)
            log.Append(entry);
        return log.Sign(Origin, Signer, witnesses);
    }

    protected Task<(int Code, JsonElement Answer, string Errors)> RecountAsync(string log, params string[] more) =>
        OperatorTool.RunAsync(["recount", "--log", log, "--key", Signer.LogKey.ToString(), .. more]);

    protected async Task IsWrongAsync(string expected)
    {
        var (code, answer, errors) = await RecountAsync(Log);
        code.ShouldBe(1, errors);
        answer.Wrongs().ShouldContain(wrong => wrong.Contains(expected), string.Join('\n', answer.Wrongs()));
    }

    /// <param name="tallies"><c>tool ship skip version</c>; without any the site serves nothing but the log.</param>
    protected static Task<WebApplication> ServeAsync(string log, params string[] tallies) => ServeAsync(log, new(), tallies);

    /// <param name="served">Gets the path of each file that was asked for.</param>
    protected static async Task<WebApplication> ServeAsync(string log, ConcurrentQueue<string> served, params string[] tallies)
    {
        var site = WebApplication.CreateSlimBuilder(["--Logging:LogLevel:Default=Warning"]).Build();
        site.Urls.Add("http://127.0.0.1:0");
        site.MapGet(
            "/log/{**path}",
            async (string path, HttpContext context) =>
            {
                served.Enqueue(path);
                var file = Path.Combine(log, path);
                if (!File.Exists(file))
                {
                    context.Response.StatusCode = StatusCodes.Status404NotFound;
                    return;
                }

                context.Response.Headers.ContentEncoding = "gzip";
                await using var packed = new GZipStream(context.Response.Body, CompressionLevel.Fastest);
                await packed.WriteAsync(await File.ReadAllBytesAsync(file));
            }
        );
        if (tallies.Length > 0)
            site.MapGet("/api/tallies", (string[] tool) => tallies.Select(Tally).Where(tally => tool.Contains(tally.Tool)));
        await site.StartAsync(TestContext.Current.CancellationToken);
        return site;
    }

    private sealed record TallyAnswer(string Tool, long Ship, long Skip, long Version, long Epoch);

    private static TallyAnswer Tally(string text)
    {
        var words = text.Split(' ');
        return new TallyAnswer(words[0], long.Parse(words[1]), long.Parse(words[2]), long.Parse(words[3]), 1);
    }
}
