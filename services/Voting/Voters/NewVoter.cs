using System.Security.Cryptography;

namespace Voting.Voters;

/// <summary>
/// The voter that a first vote makes: it follows from the page's nonce alone, so that the same request again, whose answer was lost, is the
/// same voter on every replica and under every key. Anyone who has the nonce is that voter; it is as secret as the token.
/// </summary>
public static class NewVoter
{
    // Pages put the second into the nonce's first bytes, where VoterTokens.Issue puts it, for the same reason: voters who come now share a
    // few pages of the ledger.
    private const int TimeLength = 4;

    /// <param name="nonce">32 bytes.</param>
    /// <returns>The nonce's first 4 bytes, then 12 of a hash that does not lead back to it.</returns>
    public static Guid Of(ReadOnlySpan<byte> nonce)
    {
        var prefix = "verdicts.voter/v1\n"u8;
        Span<byte> hashed = stackalloc byte[prefix.Length + nonce.Length];
        prefix.CopyTo(hashed);
        nonce.CopyTo(hashed[prefix.Length..]);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(hashed, hash);

        Span<byte> id = stackalloc byte[16];
        nonce[..TimeLength].CopyTo(id);
        hash[..(id.Length - TimeLength)].CopyTo(id[TimeLength..]);
        return new Guid(id);
    }
}
