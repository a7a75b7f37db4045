using System.Security.Cryptography;

namespace Voting.Ledger;

/// <summary>
/// A voter's pseudonym on one tool, for a first vote: it follows from the page's nonce and a salt of ours, so the reader recognizes it and
/// nobody can give two readers the same one. The salt is random rather than derived from the voter: after an erasure the same request must
/// not bring the old mark back.
/// </summary>
/// <param name="Value">16 bytes of <c>SHA256("verdicts.mark/v1\n" ‖ nonce ‖ salt)</c>.</param>
/// <param name="Salt">16 bytes.</param>
public readonly record struct Mark(Guid Value, Guid Salt)
{
    private const int NonceLength = 32;
    private const int Length = 16;

    /// <param name="nonce">The page's 32 bytes; null draws them here.</param>
    public static Mark Draw(ReadOnlySpan<byte> nonce = default)
    {
        var prefix = "verdicts.mark/v1\n"u8;
        Span<byte> hashed = stackalloc byte[prefix.Length + NonceLength + Length];
        prefix.CopyTo(hashed);
        RandomNumberGenerator.Fill(hashed[prefix.Length..]);
        if (!nonce.IsEmpty)
            nonce.CopyTo(hashed[prefix.Length..]);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(hashed, hash);
        return new Mark(new Guid(hash[..Length]), new Guid(hashed[^Length..]));
    }
}
