using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Webhooks.Tests;

/// <summary>An editor's token, and the settings that make it good.</summary>
internal static class Editor
{
    private static readonly byte[] Key = RandomNumberGenerator.GetBytes(32);

    public static IReadOnlyList<string> Settings { get; } =
    [
        "--Authentication:Schemes:Bearer:ValidIssuer=editors",
        "--Authentication:Schemes:Bearer:ValidAudiences:0=verdicts",
        "--Authentication:Schemes:Bearer:SigningKeys:0:Issuer=editors",
        $"--Authentication:Schemes:Bearer:SigningKeys:0:Value={Convert.ToBase64String(Key)}",
    ];

    public static string Token(string role = "editor", byte[]? key = null) =>
        new JsonWebTokenHandler().CreateToken(
            new SecurityTokenDescriptor
            {
                Issuer = "editors",
                Audience = "verdicts",
                Subject = new ClaimsIdentity([new("sub", "ada"), new("role", role)]),
                Expires = DateTime.UtcNow.AddHours(1),
                SigningCredentials = new SigningCredentials(new SymmetricSecurityKey(key ?? Key), SecurityAlgorithms.HmacSha256),
            }
        );
}
