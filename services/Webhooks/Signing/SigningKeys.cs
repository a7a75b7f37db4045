using System.Security.Cryptography;
using System.Text;
using NSec.Cryptography;

namespace Webhooks.Signing;

/// <summary>
/// What an endpoint's messages are signed with, after Standard Webhooks 1.0.0: a shared secret (<c>v1</c>) and an Ed25519 key
/// (<c>v1a</c>), so that a receiver may verify with whichever it prefers.
/// </summary>
internal sealed class SigningKeys
{
    /// <summary>Bytes of the secret and the seed together.</summary>
    public const int Length = SecretLength + SeedLength;
    private const int SecretLength = 32,
        SeedLength = 32;
    private readonly byte[] _bytes;

    /// <param name="bytes">The secret, then the seed of the Ed25519 key.</param>
    public SigningKeys(byte[] bytes) =>
        _bytes = bytes.Length == Length ? bytes : throw new ArgumentException("Of another length.", nameof(bytes));

    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary><c>whsec_…</c>, as libraries take it.</summary>
    public string Secret => "whsec_" + Convert.ToBase64String(_bytes.AsSpan(0, SecretLength));

    /// <summary><c>whpk_…</c>; no secret.</summary>
    public string PublicKey
    {
        get
        {
            using var key = Seed();
            return "whpk_" + Convert.ToBase64String(key.PublicKey.Export(KeyBlobFormat.RawPublicKey));
        }
    }

    public static SigningKeys Create() => new(System.Security.Cryptography.RandomNumberGenerator.GetBytes(Length));

    /// <returns>Both signatures, separated by a space.</returns>
    public string Sign(string id, long timestamp, string payload)
    {
        var signed = Encoding.UTF8.GetBytes($"{id}.{timestamp}.{payload}");
        using var key = Seed();
        return $"v1,{Convert.ToBase64String(HMACSHA256.HashData(_bytes.AsSpan(0, SecretLength), signed))}"
            + $" v1a,{Convert.ToBase64String(SignatureAlgorithm.Ed25519.Sign(key, signed))}";
    }

    private Key Seed() => Key.Import(SignatureAlgorithm.Ed25519, _bytes.AsSpan(SecretLength), KeyBlobFormat.RawPrivateKey);
}
