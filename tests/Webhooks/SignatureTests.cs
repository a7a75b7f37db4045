using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using NSec.Cryptography;
using Shouldly;
using Testing.Servers;
using Xunit;

namespace Webhooks.Tests;

public abstract class SignatureTests(SharedPostgres? postgres) : IAsyncLifetime
{
    private Publisher _publisher = null!;

    public async ValueTask InitializeAsync() => _publisher = await Publisher.OnAsync(postgres);

    public ValueTask DisposeAsync() => _publisher.DisposeAsync();

    [Fact]
    public async Task A_milestone_arrives_signed_as_Standard_Webhooks_says()
    {
        var client = await _publisher.StartAsync();
        var webhook = await Publisher.RegisterAsync(
            client,
            _publisher.Receiver.Address + "/hook",
            new { type = "tool.milestone", conditions = new { votes = new[] { 3 } } }
        );
        await _publisher.VotesAsync("alpha", 2, 0);
        await _publisher.VotesAsync("alpha", 2, 1);
        var message = (await _publisher.Receiver.GetAsync(1)).ShouldHaveSingleItem();

        message.Type.ShouldBe("tool.milestone");
        message
            .Data.ToJsonString()
            .ShouldStartWith("""{"tool":"alpha","name":"ALPHA","ship":2,"skip":1,"total":3,"shipPercent":66.7,"interval":{""");
        ((long)message.Data["votes"]!).ShouldBe(3);
        message.Headers.ContentType.ToString().ShouldBe("application/json");
        VerifiesWith(message, (string)webhook["secret"]!).ShouldBeTrue();
        VerifiesPublicly(message, (string)webhook["publicKey"]!).ShouldBeTrue();
        VerifiesWith(message with { Body = message.Body + " " }, (string)webhook["secret"]!).ShouldBeFalse();
        _publisher.Logs.ShouldNotContain((string)webhook["secret"]!);
        _publisher.Logs.ShouldNotContain("/hook", Case.Sensitive, "an endpoint's path is often a password");
    }

    [Fact]
    public async Task After_a_rotation_both_secrets_verify_for_a_day_and_then_the_new_one_alone()
    {
        var client = await _publisher.StartAsync();
        var webhook = await Publisher.RegisterAsync(client, _publisher.Receiver.Address, new { type = "newsletter.published" });
        var id = webhook["id"];
        var rotated = JsonNode.Parse(await (await client.PostAsync($"/api/webhooks/{id}/rotate", null)).Content.ReadAsStringAsync())!;
        var (former, current) = ((string)webhook["secret"]!, (string)rotated["secret"]!);
        current.ShouldNotBe(former);

        await client.PostAsync($"/api/webhooks/{id}/test", null);
        var first = (await _publisher.Receiver.GetAsync(1))[0];
        VerifiesWith(first, former).ShouldBeTrue();
        VerifiesWith(first, current).ShouldBeTrue();
        VerifiesPublicly(first, (string)webhook["publicKey"]!).ShouldBeTrue();
        VerifiesPublicly(first, (string)rotated["publicKey"]!).ShouldBeTrue();

        _publisher.Time.Advance(TimeSpan.FromHours(25));
        await client.PostAsync($"/api/webhooks/{id}/test", null);
        var second = (await _publisher.Receiver.GetAsync(2))[1];
        VerifiesWith(second, former).ShouldBeFalse();
        VerifiesWith(second, current).ShouldBeTrue();
    }

    [Fact]
    public async Task The_list_never_shows_a_secret_and_the_database_holds_none()
    {
        var client = await _publisher.StartAsync();
        var webhook = await Publisher.RegisterAsync(client, _publisher.Receiver.Address, new { type = "newsletter.published" });
        var secret = ((string)webhook["secret"]!)["whsec_".Length..];
        (await client.GetStringAsync("/api/webhooks")).ShouldNotContain(secret);
        (await _publisher.CountAsync($"select count(*) from endpoints where keys like '%{secret[..20]}%'")).ShouldBe(0);
    }

    // The published algorithm, written from the specification's words.
    private static bool VerifiesWith(Received message, string secret)
    {
        var key = Convert.FromBase64String(secret["whsec_".Length..]);
        var expected = Convert.ToBase64String(HMACSHA256.HashData(key, Signed(message)));
        return message.Signature.Split(' ').Contains($"v1,{expected}");
    }

    private static bool VerifiesPublicly(Received message, string publicKey)
    {
        var key = PublicKey.Import(
            SignatureAlgorithm.Ed25519,
            Convert.FromBase64String(publicKey["whpk_".Length..]),
            KeyBlobFormat.RawPublicKey
        );
        return message
            .Signature.Split(' ')
            .Where(signature => signature.StartsWith("v1a,", StringComparison.Ordinal))
            .Any(signature => SignatureAlgorithm.Ed25519.Verify(key, Signed(message), Convert.FromBase64String(signature[4..])));
    }

    private static byte[] Signed(Received message) => Encoding.UTF8.GetBytes($"{message.Id}.{message.Timestamp}.{message.Body}");
}

public sealed class SignatureOnSqlite() : SignatureTests(null);

public sealed class SignatureOnPostgres(SharedPostgres server) : SignatureTests(server);
