using Testing;
using Testing.Logs;

namespace Operator.Tests.PublicLog;

/// <summary>Who signed a log, and what a recount is not started for.</summary>
public sealed class LogSignatureTests : LogRecountTest
{
    [Fact]
    public async Task Provable_a_checkpoint_of_another_key_name_or_origin_is_refused()
    {
        Write(Log, Votes(3));
        using var other = new Signer(Origin);
        (await WrongAsync("--key", other.LogKey.ToString())).ShouldContain("is not signed with");
        using var neighbor = new Signer("neighbor.example/log");
        (await WrongAsync("--key", neighbor.LogKey.ToString())).ShouldContain("is of the log verdicts.example/log");
        new LogWriter(Log).Sign("neighbor.example/log", Signer);
        (await WrongAsync("--key", Signer.LogKey.ToString())).ShouldContain("is of the log neighbor.example/log");

        Write(Log, Votes(3));
        var note = await File.ReadAllTextAsync(At("checkpoint"), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(At("checkpoint"), note.Replace("\n3\n", "\n2\n"), TestContext.Current.CancellationToken);
        (await WrongAsync("--key", Signer.LogKey.ToString())).ShouldContain("signature under the checkpoint is not that of");
        await File.WriteAllTextAsync(At("checkpoint"), note, TestContext.Current.CancellationToken);
        (await RecountAsync(Log, "--key", other.LogKey.ToString())).Code.ShouldBe(0, "the log may be between two keys");
    }

    [Fact]
    public async Task Provable_witnesses_that_did_not_sign_are_named()
    {
        Write(Log, Votes(3), Ann);
        string[] both = ["--witness", Ann.WitnessKey.ToString(), "--witness", Ben.WitnessKey.ToString()];
        var (code, answer, errors) = await RecountAsync(Log, [.. both, "--witnesses", "1"]);
        code.ShouldBe(0, errors + answer);
        answer.GetProperty("facts").GetProperty("witnesses").EnumerateArray().Single().GetString().ShouldBe("ann.example/witness");
        (await RecountAsync(Log, both)).Answer.Wrongs().ShouldHaveSingleItem().ShouldContain("missing: ben.example/witness");

        // A cosignature that was made for another checkpoint.
        var cosigned = (await File.ReadAllTextAsync(At("checkpoint"), TestContext.Current.CancellationToken)).Split('\n')[^2];
        Write(Log, Votes(4));
        await File.AppendAllTextAsync(At("checkpoint"), cosigned + "\n", TestContext.Current.CancellationToken);
        (await RecountAsync(Log, [.. both, "--witnesses", "0"]))
            .Answer.Wrongs()
            .ShouldHaveSingleItem()
            .ShouldContain("witness ann.example/witness is not its own");
    }

    [Theory]
    [InlineData("--log", "/no/such/folder")]
    [InlineData("--log", "http://127.0.0.1:9")]
    [InlineData("--log", ".", "--histories")]
    [InlineData("--witnesses", "1", "--voting", "http://127.0.0.1:9")]
    public async Task What_cannot_be_recounted_ends_in_one_line(params string[] arguments)
    {
        var (code, _, errors) = await OperatorTool.RunAsync(["recount", "--key", Signer.LogKey.ToString(), .. arguments]);
        code.ShouldBe(2);
        errors.Trim().Split('\n').ShouldHaveSingleItem().ShouldNotContain("defect");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("nonsense")]
    [InlineData("witness")]
    public async Task A_log_is_not_recounted_without_its_key(string? key)
    {
        string[] given = key is null ? [] : ["--key", key == "witness" ? Ann.WitnessKey.ToString() : key];
        var (code, _, errors) = await OperatorTool.RunAsync(["recount", "--log", Temporary, .. given]);
        code.ShouldBe(2);
        errors.Trim().Split('\n').ShouldHaveSingleItem().ShouldContain("--key");
    }

    private async Task<string> WrongAsync(params string[] arguments)
    {
        var (code, answer, errors) = await OperatorTool.RunAsync(["recount", "--log", Log, .. arguments]);
        code.ShouldBe(1, errors);
        return answer.Wrongs().ShouldHaveSingleItem();
    }
}
