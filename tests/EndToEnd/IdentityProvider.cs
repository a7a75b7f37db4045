using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace EndToEnd.Tests;

/// <summary>
/// A small OpenID provider: it signs in <see cref="Person"/> without asking, and insists on the code's verifier (PKCE) and the client's
/// secret.
/// </summary>
public sealed class IdentityProvider : IAsyncDisposable
{
    public const string Client = "verdicts",
        Secret = "a secret of the client's, long enough to be one",
        Audience = "verdicts-api";
    private readonly RsaSecurityKey _key = new(RSA.Create(2048)) { KeyId = "one" };
    private readonly Dictionary<string, (string Challenge, string Nonce)> _codes = [];
    private readonly WebApplication _app;

    private IdentityProvider()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.MapGet(
            "/.well-known/openid-configuration",
            () =>
                Results.Json(
                    new
                    {
                        issuer = Address,
                        authorization_endpoint = $"{Address}/authorize",
                        token_endpoint = $"{Address}/token",
                        jwks_uri = $"{Address}/keys",
                        response_types_supported = new[] { "code" },
                        subject_types_supported = new[] { "public" },
                        id_token_signing_alg_values_supported = new[] { "RS256" },
                    }
                )
        );
        _app.MapGet(
            "/keys",
            () =>
            {
                var key = JsonWebKeyConverter.ConvertFromRSASecurityKey(
                    new RsaSecurityKey(_key.Rsa.ExportParameters(false)) { KeyId = _key.KeyId }
                );
                return Results.Json(
                    new
                    {
                        keys = new[]
                        {
                            new
                            {
                                kty = key.Kty,
                                use = "sig",
                                alg = "RS256",
                                kid = key.Kid,
                                n = key.N,
                                e = key.E,
                            },
                        },
                    }
                );
            }
        );
        _app.MapGet("/authorize", Authorize);
        _app.MapPost("/token", TokenAsync);
    }

    public string Address => _app.Urls.First();

    /// <summary>Who is at the browser, and with which role.</summary>
    public (string Name, string Role) Person { get; set; } = ("ada", "editor");

    public static async Task<IdentityProvider> StartAsync()
    {
        var provider = new IdentityProvider();
        await provider._app.StartAsync();
        return provider;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private IResult Authorize(HttpRequest request)
    {
        var query = request.Query;
        if (
            query["client_id"] != Client
            || query["response_type"] != "code"
            || query["code_challenge_method"] != "S256"
            || query["code_challenge"].ToString().Length < 43
        )
            return Results.BadRequest();
        var code = Guid.NewGuid().ToString("n");
        _codes[code] = (query["code_challenge"]!, query["nonce"]!);
        return Results.Redirect($"{query["redirect_uri"]}?code={code}&state={HttpUtility.UrlEncode(query["state"])}");
    }

    private async Task<IResult> TokenAsync(HttpRequest request)
    {
        var form = await request.ReadFormAsync();
        if (
            form["client_secret"] != Secret
            || !_codes.Remove(form["code"].ToString(), out var asked)
            || Base64UrlEncoder.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString()))) != asked.Challenge
        )
            return Results.Json(new { error = "invalid_grant" }, statusCode: 400);
        return Results.Json(
            new
            {
                token_type = "Bearer",
                expires_in = 600,
                id_token = Token(Client, asked.Nonce),
                access_token = Token(Audience, null),
            }
        );
    }

    private string Token(string audience, string? nonce)
    {
        List<Claim> claims = [new("sub", "7f3a"), new("preferred_username", Person.Name), new("role", Person.Role)];
        if (nonce is not null)
            claims.Add(new("nonce", nonce));
        return new JsonWebTokenHandler().CreateToken(
            new SecurityTokenDescriptor
            {
                Issuer = Address,
                Audience = audience,
                Subject = new ClaimsIdentity(claims),
                Expires = DateTime.UtcNow.AddMinutes(10),
                SigningCredentials = new(_key, SecurityAlgorithms.RsaSha256),
            }
        );
    }
}
