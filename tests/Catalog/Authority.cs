using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Catalog.Tests;

/// <summary>An identity provider with one RSA key, and tokens that pretend to be of it.</summary>
public sealed class Authority : IAsyncDisposable
{
    public const string Audience = "catalog";
    private readonly RSA _rsa = RSA.Create(2048);
    private readonly WebApplication _app;

    private Authority(WebApplication app) => _app = app;

    public string Issuer => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    public string[] Settings =>
        [
            $"--Authentication:Schemes:Bearer:Authority={Issuer}",
            "--Authentication:Schemes:Bearer:RequireHttpsMetadata=false",
            $"--Authentication:Schemes:Bearer:ValidAudiences:0={Audience}",
        ];

    public static async Task<Authority> StartAsync(int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder([$"--urls=http://127.0.0.1:{port}", "--hostBuilder:reloadConfigOnChange=false"]);
        builder.Logging.ClearProviders();
        var authority = new Authority(builder.Build());
        authority._app.MapGet(
            "/.well-known/openid-configuration",
            () => new { issuer = authority.Issuer, jwks_uri = authority.Issuer + "/keys" }
        );
        authority._app.MapGet("/keys", () => new { keys = new[] { authority.PublicKey() } });
        await authority._app.StartAsync();
        return authority;
    }

    public string Token(string? role = "editor", string? issuer = null, string audience = Audience) =>
        Sign(
            issuer ?? Issuer,
            audience,
            role,
            new SigningCredentials(new RsaSecurityKey(_rsa) { KeyId = "one" }, SecurityAlgorithms.RsaSha256)
        );

    /// <summary>What a verifier that takes any algorithm would accept from anybody: everyone knows the public key.</summary>
    public string SignedWithPublicKey() =>
        Sign(
            Issuer,
            Audience,
            "editor",
            new SigningCredentials(
                new SymmetricSecurityKey(Encoding.ASCII.GetBytes(_rsa.ExportSubjectPublicKeyInfoPem())) { KeyId = "one" },
                SecurityAlgorithms.HmacSha256
            )
        );

    public string UnsignedToken() =>
        Part(
            new JsonObject
            {
                ["alg"] = "none",
                ["typ"] = "JWT",
                ["kid"] = "one",
            }
        )
        + "."
        + Token().Split('.')[1]
        + ".";

    /// <summary>Brings its own key along in the header, and is signed with it.</summary>
    public static string SignedByItself(string issuer, string audience)
    {
        using var own = RSA.Create(2048);
        var key = own.ExportParameters(false);
        var header = new JsonObject
        {
            ["alg"] = "RS256",
            ["typ"] = "JWT",
            ["kid"] = "one",
            ["jwk"] = new JsonObject
            {
                ["kty"] = "RSA",
                ["n"] = Base64UrlEncoder.Encode(key.Modulus),
                ["e"] = Base64UrlEncoder.Encode(key.Exponent),
            },
        };
        var signed = Part(header) + "." + Part(Claims(issuer, audience, "editor"));
        return signed
            + "."
            + Base64UrlEncoder.Encode(own.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    /// <summary>A good token whose role was changed after it was signed.</summary>
    public static string WithRole(string token, string role)
    {
        var parts = token.Split('.');
        var claims = JsonNode.Parse(Base64UrlEncoder.Decode(parts[1]))!.AsObject();
        claims["role"] = role;
        return $"{parts[0]}.{Part(claims)}.{parts[2]}";
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _rsa.Dispose();
    }

    private object PublicKey()
    {
        var key = _rsa.ExportParameters(false);
        return new
        {
            kty = "RSA",
            use = "sig",
            kid = "one",
            alg = "RS256",
            n = Base64UrlEncoder.Encode(key.Modulus),
            e = Base64UrlEncoder.Encode(key.Exponent),
        };
    }

    private static string Sign(string issuer, string audience, string? role, SigningCredentials credentials) =>
        new JsonWebTokenHandler().CreateToken(Claims(issuer, audience, role).ToJsonString(), credentials);

    private static JsonObject Claims(string issuer, string audience, string? role) =>
        new()
        {
            ["sub"] = "ada",
            ["role"] = role,
            ["iss"] = issuer,
            ["aud"] = audience,
            ["exp"] = DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeSeconds(),
        };

    private static string Part(JsonObject json) => Base64UrlEncoder.Encode(json.ToJsonString());
}
