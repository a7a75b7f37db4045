using Contracts.Log;
using NSec.Cryptography;
using Testing;

namespace Operator.Tests.PublicLog;

public sealed class LogKeyTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("log-key-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_log_key_is_written_for_its_owner_alone_and_only_its_public_half_is_shown()
    {
        var file = Path.Combine(_folder.FullName, "Log__SigningKeys__0");
        var (code, answer, errors) = await OperatorTool.RunAsync("log", "key", file, "--origin", "verdicts.example/log");
        code.ShouldBe(0, errors);
        var secret = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        (answer + errors).ShouldNotContain(secret);
        if (!OperatingSystem.IsWindows())
            File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);

        var shown = answer.GetProperty("facts").GetProperty("key").GetString()!;
        VerifierKey.TryParse(shown, out var key).ShouldBeTrue();
        key!.Name.ShouldBe("verdicts.example/log");
        using var signer = Key.Import(SignatureAlgorithm.Ed25519, Convert.FromBase64String(secret), KeyBlobFormat.RawPrivateKey);
        key.PublicKey.ShouldBe(signer.PublicKey.Export(KeyBlobFormat.RawPublicKey));

        (_, answer, _) = await OperatorTool.RunAsync("log", "key", file, "--origin", "verdicts.example/log");
        answer.GetProperty("facts").GetProperty("key").GetString().ShouldBe(shown, "a key that is there stays");
        answer.GetProperty("facts").GetProperty("isNew").GetBoolean().ShouldBeFalse();
    }

    [Fact]
    public async Task A_file_that_is_no_key_is_left_alone()
    {
        var file = Path.Combine(_folder.FullName, "notes");
        await File.WriteAllTextAsync(file, "secret", TestContext.Current.CancellationToken);
        var (code, _, errors) = await OperatorTool.RunAsync("log", "key", file, "--origin", "verdicts.example/log");
        code.ShouldBe(2);
        errors.Trim().Split('\n').ShouldHaveSingleItem().ShouldContain("is not 32 bytes in base64");
        (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).ShouldBe("secret");
    }
}
