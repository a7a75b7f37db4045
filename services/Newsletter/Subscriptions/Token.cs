using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Newsletter.Subscriptions;

/// <summary>The secret in a mailed link. Only its hash is stored, so that a copy of the database confirms or unsubscribes nobody.</summary>
internal static class Token
{
    public const string Confirm = "confirm";
    public const string Unsubscribe = "unsubscribe";
    private const int Bytes = 24;
    private const int MaxLength = 64;

    /// <summary>192 random bits, in letters that survive any mail program's line breaking and link detection.</summary>
    public static string New() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));

    /// <summary>
    /// SHA-256 in hex, or null for what can be no token of ours. No salt and no slow hash: there is nothing to guess in 192 random bits.
    /// </summary>
    public static string? Hash(string? token) =>
        token is { Length: > 0 and <= MaxLength } ? Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token))) : null;
}
