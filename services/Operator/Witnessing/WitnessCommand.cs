using System.CommandLine;
using System.Text;
using Contracts.Log;
using Hosting.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Operator.PublicLog;

namespace Operator.Witnessing;

/// <summary><c>log witness</c>: serves <c>POST /add-checkpoint</c> until it is stopped. TLS is a proxy's.</summary>
internal static class WitnessCommand
{
    private const int LongestRequest = 64 * 1024;
    private const int MostConnections = 256;

    private sealed record Facts(string Key, long Signed);

    public static Command Make()
    {
        var logs = VerifierKeyOption.Make("--log", "The public key of a log to witness; several for several logs.", VerifierKey.Ed25519);
        logs.Required = true;
        var name = LogCommands.NameOption("--name", "This witness's name, such as witness.example.");
        var keyFile = new Option<string>("--key-file") { Description = "Its secret, as log key makes it.", Required = true };
        var state = new Option<string>("--state")
        {
            Description = "The folder that keeps what was signed; never restore an older one.",
            Required = true,
        };
        var urls = new Option<string>("--urls")
        {
            Description = "Where to listen.",
            DefaultValueFactory = _ => "http://127.0.0.1:8090",
        };
        var command = new Command("witness", "Cosign checkpoints of logs, once each was proven to extend the one before.")
        {
            logs,
            name,
            keyFile,
            state,
            urls,
        };
        command.Does(
            async (parsed, stop) =>
            {
                var folder = parsed.GetRequiredValue(state);
                PrivateFiles.CreateFolder(folder);
                using var witness = new Witness(
                    parsed.GetRequiredValue(logs),
                    parsed.GetRequiredValue(name),
                    SeedFile.Read(parsed.GetRequiredValue(keyFile)),
                    folder,
                    TimeProvider.System
                );
                var signed = await ServeAsync(witness, parsed.GetRequiredValue(urls), stop);
                return new Findings(true, new Facts(witness.Key.ToString(), signed), [], Judges: false);
            },
            findings => Console.WriteLine($"Signed {((Facts)findings.Facts).Signed:N0} checkpoints.")
        );
        return command;
    }

    private static async Task<long> ServeAsync(Witness witness, string urls, CancellationToken stop)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.UseUrls(urls);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = LongestRequest;
            kestrel.Limits.MaxConcurrentConnections = MostConnections;
        });
        await using var app = builder.Build();
        var signed = 0L;
        app.MapPost(
            "/add-checkpoint",
            async (HttpRequest request) =>
            {
                using var body = new StreamReader(request.Body, Encoding.UTF8);
                var answer = witness.Add(await body.ReadToEndAsync(request.HttpContext.RequestAborted));
                if (answer.Status == StatusCodes.Status200OK)
                    Interlocked.Increment(ref signed);
                return answer.Status switch
                {
                    StatusCodes.Status200OK => Results.Text(answer.Body, "text/plain", Encoding.UTF8),
                    StatusCodes.Status409Conflict => Results.Text(answer.Body, "text/x.tlog.size", null, answer.Status),
                    _ => Results.Problem(answer.Body, statusCode: answer.Status),
                };
            }
        );
        await app.StartAsync(stop);
        await Console.Error.WriteLineAsync($"Witness {witness.Key} listens on {string.Join(' ', app.Urls)}.");
        await app.WaitForShutdownAsync(stop);
        return Interlocked.Read(ref signed);
    }
}
