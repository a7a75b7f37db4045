using System.Net;
using System.Text;
using Contracts.Log;
using Testing;
using Testing.Logs;
using Testing.Machine;

namespace Operator.Tests.PublicLog;

/// <summary>A witness as a process of its own, asked by logs that are made here.</summary>
public sealed class WitnessTests : LogRecountTest
{
    private const string Name = "witness.example";

    private static readonly HttpClient Http = new();

    [Fact]
    public async Task Provable_a_witness_signs_what_extends_the_checkpoint_before_and_remembers_it_after_a_kill()
    {
        var key = await KeyAsync();
        var all = Votes(2 * Size).ToList();
        using (var witness = await StartAsync())
        {
            Write(Log, all.Take(Size));
            var (status, cosignature, _) = await AskAsync(witness.Address, 0);
            status.ShouldBe(HttpStatusCode.OK);
            await File.AppendAllTextAsync(At("checkpoint"), cosignature, TestContext.Current.CancellationToken);
            var (code, answer, errors) = await RecountAsync(Log, "--witness", key);
            code.ShouldBe(0, errors + answer);

            (await AskAsync(witness.Address, Size)).Status.ShouldBe(HttpStatusCode.OK, "the same again");
            Write(Log, all);
            (await AskAsync(witness.Address, Size)).Status.ShouldBe(HttpStatusCode.OK);
            witness.Process.Send(UnixSignal.Kill);
            await Eventually.HoldsAsync(() => !witness.Process.Alive);
        }

        using var restarted = await StartAsync();
        (await AskAsync(restarted.Address, Size)).ShouldBe((HttpStatusCode.Conflict, "1400\n", "text/x.tlog.size"));
        (await AskAsync(restarted.Address, 2 * Size)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Provable_a_witness_never_signs_a_second_history()
    {
        await KeyAsync();
        using var witness = await StartAsync();
        Write(Log, Votes(Size));
        (await AskAsync(witness.Address, 0)).Status.ShouldBe(HttpStatusCode.OK);

        Write(Log, Votes(Size - 1, "other-tool"));
        (await AskAsync(witness.Address, Size)).Status.ShouldBe(HttpStatusCode.Conflict, "another root of the same size");
        Write(Log, Votes(2 * Size, "other-tool"));
        (await AskAsync(witness.Address, Size)).Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        Write(Log, Votes(2 * Size));
        (await AskAsync(witness.Address, 0)).ShouldBe((HttpStatusCode.Conflict, "700\n", "text/x.tlog.size"));

        // Many histories that each extend the first, all at once.
        var requests = new List<string>();
        for (var n = 1; n <= 8; n++)
        {
            Write(Log, [.. Votes(Size), Encoding.ASCII.GetBytes($"fork {n}")]);
            requests.Add(await RequestAsync(Size));
        }

        var answers = await Task.WhenAll(requests.Select(request => PostAsync(witness.Address, request)));
        answers.Count(answer => answer.Status == HttpStatusCode.OK).ShouldBe(1);
        answers.Count(answer => answer.Status == HttpStatusCode.Conflict).ShouldBe(7);
    }

    [Fact]
    public async Task Provable_a_witness_refuses_what_the_log_did_not_sign()
    {
        await KeyAsync();
        using var witness = await StartAsync();
        Write(Log, Votes(3));
        var request = await RequestAsync(0);
        (await PostAsync(witness.Address, request.Replace("\n3\n", "\n4\n"))).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await PostAsync(witness.Address, request.Replace($"\n{Origin}\n", "\nother.example\n"))).Status.ShouldBe(HttpStatusCode.NotFound);
        (await PostAsync(witness.Address, request.Replace("old 0", "old 4"))).Status.ShouldBe(HttpStatusCode.BadRequest);
        string[] malformed =
        [
            "",
            "old",
            request.Replace("old 0", "old 00"),
            request.Replace("old 0", "old -1"),
            request.Replace("old 0\n", "old 0\nAAAA\n"),
            request.Replace("old 0\n", "old 0\n" + string.Concat(Enumerable.Repeat(Convert.ToBase64String(new byte[32]) + "\n", 64))),
            request[..request.IndexOf('—')],
        ];
        foreach (var one in malformed)
            (await PostAsync(witness.Address, one)).Status.ShouldBe(HttpStatusCode.BadRequest, one);
        (await PostAsync(witness.Address, request + new string('x', 70_000))).Status.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await PostAsync(witness.Address, request)).Status.ShouldBe(HttpStatusCode.OK, "none of these changed anything");
    }

    [Fact]
    public async Task Provable_a_witness_with_a_damaged_memory_does_not_start()
    {
        await KeyAsync();
        using (var witness = await StartAsync())
        {
            Write(Log, Votes(3));
            (await AskAsync(witness.Address, 0)).Status.ShouldBe(HttpStatusCode.OK);
        }

        var file = Directory.GetFiles(Path.Combine(Temporary, "witness")).ShouldHaveSingleItem();
        var kept = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
        kept[^160] ^= 1;
        await File.WriteAllBytesAsync(file, kept, TestContext.Current.CancellationToken);
        var (code, _, errors) = await OperatorTool.RunAsync(Arguments(Ports.Free()));
        code.ShouldBe(2);
        errors.Trim().Split('\n').ShouldHaveSingleItem().ShouldContain("is damaged");
    }

    private sealed record Running(Child Process, Uri Address) : IDisposable
    {
        public void Dispose() => Process.Dispose();
    }

    private string[] Arguments(int port) =>
        [
            "log",
            "witness",
            "--log",
            Signer.LogKey.ToString(),
            "--name",
            Name,
            "--key-file",
            Path.Combine(Temporary, "witness-key"),
            "--state",
            Path.Combine(Temporary, "witness"),
            "--urls",
            $"http://127.0.0.1:{port}",
        ];

    private async Task<string> KeyAsync()
    {
        var file = Path.Combine(Temporary, "witness-key");
        var (_, answer, _) = await OperatorTool.RunAsync("log", "key", file, "--origin", Name, "--witness");
        return answer.GetProperty("facts").GetProperty("key").GetString()!;
    }

    private async Task<Running> StartAsync()
    {
        var port = Ports.Free();
        var process = Child.Start(
            Path.Combine(Temporary, "witness.log"),
            ["dotnet", Built.Path("Operator"), .. Arguments(port)],
            new Dictionary<string, string?>()
        );
        var running = new Running(process, new Uri($"http://127.0.0.1:{port}/"));
        await Eventually.HoldsAsync(async () =>
        {
            using var answer = await Http.GetAsync(new Uri(running.Address, "add-checkpoint"));
            return answer.StatusCode == HttpStatusCode.MethodNotAllowed;
        });
        return running;
    }

    private async Task<(HttpStatusCode Status, string Body, string? Type)> AskAsync(Uri witness, long old) =>
        await PostAsync(witness, await RequestAsync(old));

    /// <returns>A request for the log as it is written, with the proof from the old size on.</returns>
    private async Task<string> RequestAsync(long old)
    {
        var note = await File.ReadAllTextAsync(At("checkpoint"), TestContext.Current.CancellationToken);
        SignedNote.TryParse(note, out var signed).ShouldBeTrue();
        Checkpoint.TryParse(signed!.Text, out var checkpoint).ShouldBeTrue();
        var tree = new TileTree(checkpoint!.Size, tile => File.ReadAllBytesAsync(At($"tile/{tile}")));
        var proof = old <= checkpoint.Size ? await tree.ConsistencyAsync(old) : [];
        return $"old {old}\n{string.Concat(proof.Select(hash => Convert.ToBase64String(hash) + "\n"))}\n{note}";
    }

    private static async Task<(HttpStatusCode Status, string Body, string? Type)> PostAsync(Uri witness, string request)
    {
        using var content = new StringContent(request);
        using var answer = await Http.PostAsync(new Uri(witness, "add-checkpoint"), content, TestContext.Current.CancellationToken);
        return (
            answer.StatusCode,
            await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            answer.Content.Headers.ContentType?.ToString()
        );
    }
}
