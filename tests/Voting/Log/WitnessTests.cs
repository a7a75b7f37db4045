using System.Collections.Concurrent;
using System.Net.Http.Json;
using Contracts.Log;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shouldly;
using Testing;
using Testing.Logs;
using Testing.Machine;
using Xunit;

namespace Voting.Tests.Log;

/// <summary>Others who sign the log's checkpoints, and what one that is slow or hostile can do.</summary>
public sealed class WitnessTests(Stores stores)
{
    private const string Tool = "cursor-2-0";

    [Theory]
    [InlineData(Store.Sqlite)]
    [InlineData(Store.Postgres)]
    public async Task Provable_a_witness_signs_each_checkpoint_after_a_proof_that_it_extends_the_one_before(Store store)
    {
        using var folder = new TemporaryFolder();
        var key = Path.Combine(folder.Path, "key");
        var (_, made, _) = await OperatorTool.RunAsync("log", "key", key, "--origin", "witness.example", "--witness");
        var vkey = made.GetProperty("facts").GetProperty("key").GetString()!;
        var url = $"http://127.0.0.1:{Ports.Free()}";
        using var witness = Child.Start(
            Path.Combine(folder.Path, "log"),
            [
                "dotnet",
                Built.Path("Operator"),
                "log",
                "witness",
                "--log",
                PublicLog.Vkey(),
                "--name",
                "witness.example",
                "--key-file",
                key,
                "--state",
                Path.Combine(folder.Path, "state"),
                "--urls",
                url,
            ],
            new Dictionary<string, string?>()
        );
        await using var voting = await StartAsync(await stores.NewLedgerAsync(store), vkey, url);
        for (var vote = 0; vote < 3; vote++)
        {
            await voting.CastAsync(await voting.NewVoterAsync(), Tool, "ship");
            await Eventually.HoldsAsync(
                async () => await IsCosignedAsync(voting, vkey, vote + 1),
                $"a cosignature over {vote + 1} entries"
            );
        }

        (await voting.Http.GetStringAsync("/log/policy")).ShouldContain($"witness witness.example {vkey}\n");
        InclusionNote.TryParse(await voting.Http.GetStringAsync("/log/proof/0"), out var proof).ShouldBeTrue();
        SignedNote.TryParse(proof!.Note, out var note).ShouldBeTrue();
        note!.Signatures.ShouldContain(line => line.Name == "witness.example");
    }

    [Theory]
    [InlineData("never answers")]
    [InlineData("refuses")]
    [InlineData("answers nonsense")]
    [InlineData("signs something else")]
    [InlineData("answers without end")]
    [InlineData("claims to know more")]
    public async Task Provable_a_hostile_witness_delays_nothing_and_is_not_believed(string how)
    {
        using var signer = new Signer("witness.example");
        var asked = new ConcurrentQueue<string>();
        await using var hostile = await HostileAsync(how, signer, asked);
        await using var voting = await StartAsync(
            await stores.NewLedgerAsync(Store.Sqlite),
            signer.WitnessKey.ToString(),
            hostile.Urls.First()
        );
        for (var vote = 0; vote < 3; vote++)
        {
            await voting.CastAsync(await voting.NewVoterAsync(), Tool, "ship");
            await new PublicLog(voting.Http).CoveringAsync(vote + 1);
            await Eventually.HoldsAsync(() => !asked.IsEmpty, "the witness is asked");
        }

        (await voting.Http.GetStringAsync("/log/checkpoint")).ShouldNotContain("witness.example");
    }

    private static async Task<bool> IsCosignedAsync(TestVoting voting, string vkey, long entries)
    {
        VerifierKey.TryParse(vkey, out var key).ShouldBeTrue();
        using var answer = await voting.Http.GetAsync("/log/checkpoint");
        return answer.IsSuccessStatusCode
            && SignedNote.TryParse(await answer.Content.ReadAsStringAsync(), out var note)
            && Checkpoint.TryParse(note.Text, out var checkpoint)
            && checkpoint.Size == entries
            && note.Signatures.Any(line => line.Name == key!.Name && line.KeyId == key.Id);
    }

    private static Task<TestVoting> StartAsync(string ledger, string vkey, string url) =>
        TestVoting.StartAsync(
            ledger: ledger,
            settings: [.. PublicLog.Settings, $"--Log:Witnesses:0:Key={vkey}", $"--Log:Witnesses:0:Url={url}"]
        );

    private static async Task<WebApplication> HostileAsync(string how, Signer signer, ConcurrentQueue<string> asked)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.MapPost(
            "/add-checkpoint",
            async (HttpContext context) =>
            {
                using var reader = new StreamReader(context.Request.Body);
                asked.Enqueue(await reader.ReadToEndAsync(context.RequestAborted));
                var answer = context.Response;
                switch (how)
                {
                    case "never answers":
                        await Task.Delay(Timeout.Infinite, context.RequestAborted);
                        break;
                    case "refuses":
                        answer.StatusCode = 403;
                        break;
                    case "answers nonsense":
                        await answer.WriteAsync("— \n\n\0");
                        break;
                    case "signs something else":
                        await answer.WriteAsync(signer.Cosign(new SignedNote("other.example\n1\nAAAA\n", []), 1).ToString());
                        break;
                    case "answers without end":
                        while (true)
                            await answer.WriteAsync(new string('x', 4096), context.RequestAborted);
                    case "claims to know more":
                        answer.StatusCode = 409;
                        await answer.WriteAsync("999999\n");
                        break;
                }
            }
        );
        await app.StartAsync();
        return app;
    }

    private sealed class TemporaryFolder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("witness-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
