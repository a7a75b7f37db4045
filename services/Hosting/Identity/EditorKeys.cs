using System.Security.Cryptography;
using Hosting.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Hosting.Identity;

/// <summary>
/// Editors' tokens of a site without an identity provider: signed (ES256) with a private key that only the operator's tool has, verified
/// with a public key, so that the secrets of a service are not enough to make one.
/// </summary>
public static class EditorKeys
{
    public const string PublicSetting = "Editors:PublicKey";
    public const string PrivateSetting = "Editors:PrivateKey";

    /// <summary>Issuer and audience of these tokens.</summary>
    public const string Name = "voting-operator";

    /// <returns>The key that verifies; null when the setting is absent.</returns>
    /// <exception cref="SettingException">It is not a public P-256 key in PEM.</exception>
    public static ECDsaSecurityKey? Public(IConfiguration configuration) =>
        configuration[PublicSetting] is { Length: > 0 } pem ? Parse(PublicSetting, pem, "PUBLIC KEY") : null;

    /// <exception cref="SettingException">The key is not a private P-256 key in PEM. It is never repeated.</exception>
    /// <param name="moderates">Whether the token is good for moderation too.</param>
    public static string TokenFor(string editor, string privateKey, DateTimeOffset expires, bool moderates = false) =>
        new JsonWebTokenHandler().CreateToken(
            new SecurityTokenDescriptor
            {
                Issuer = Name,
                Audience = Name,
                Claims = new Dictionary<string, object>
                {
                    ["sub"] = editor,
                    ["role"] = moderates ? (string[])[EditorAccess.Policy, EditorAccess.Moderators] : EditorAccess.Policy,
                },
                Expires = expires.UtcDateTime,
                SigningCredentials = new SigningCredentials(
                    Parse(PrivateSetting, privateKey, "PRIVATE KEY"),
                    SecurityAlgorithms.EcdsaSha256
                ),
            }
        );

    private static ECDsaSecurityKey Parse(string setting, string pem, string label)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
        }
        catch (Exception malformed) when (malformed is ArgumentException or CryptographicException)
        {
            throw new SettingException(setting, $"is not a {label} in PEM ({malformed.GetType().Name})");
        }

        return key.KeySize == 256 && pem.Contains(label, StringComparison.Ordinal)
            ? new ECDsaSecurityKey(key)
            : throw new SettingException(setting, $"is not a P-256 {label} in PEM");
    }
}
