using System.Security.Cryptography;
using System.Text.Json;
using Testing;

namespace Operator.Tests;

public sealed class TokenTests
{
    [Fact]
    public async Task A_token_names_the_editor_and_is_signed_with_the_private_key()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (code, answer, errors) = await OperatorTool.RunAsync(
            new Dictionary<string, string> { ["Editors__PrivateKey"] = key.ExportPkcs8PrivateKeyPem() },
            "token",
            "editor",
            "Ann",
            "--hours",
            "2"
        );
        code.ShouldBe(0, errors);
        var token = answer.GetProperty("facts").GetProperty("token").GetString()!;
        var parts = token.Split('.');
        key.VerifyData(
                System.Text.Encoding.ASCII.GetBytes(parts[0] + "." + parts[1]),
                System.Buffers.Text.Base64Url.DecodeFromChars(parts[2]),
                HashAlgorithmName.SHA256
            )
            .ShouldBeTrue();
        var claims = JsonDocument.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(parts[1])).RootElement;
        (claims.GetProperty("sub").GetString(), claims.GetProperty("role").GetString()).ShouldBe(("Ann", "editor"));
        (claims.GetProperty("exp").GetInt64() - DateTimeOffset.UtcNow.ToUnixTimeSeconds()).ShouldBeInRange(7000, 7200);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not a key")]
    public async Task Without_the_private_key_there_is_one_line_that_names_the_setting(string key)
    {
        var (code, _, errors) = await OperatorTool.RunAsync(
            new Dictionary<string, string> { ["Editors__PrivateKey"] = key },
            "token",
            "editor",
            "Ann"
        );
        code.ShouldBe(2);
        errors.Trim().Split('\n').ShouldHaveSingleItem().ShouldContain("Editors__PrivateKey");
    }
}
