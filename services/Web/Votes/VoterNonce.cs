using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace Web.Votes;

/// <summary>
/// What a first vote's voter follows from, so that the same form sent twice is one voter: 32 bytes in base64url, new on each page.
/// </summary>
internal static class VoterNonce
{
    private const int Length = 32;

    /// <summary>The second, then 28 random bytes: voters who come now stand together in the ledger.</summary>
    public static string New(DateTimeOffset now)
    {
        Span<byte> nonce = stackalloc byte[Length];
        BinaryPrimitives.WriteUInt32BigEndian(nonce, (uint)now.ToUnixTimeSeconds());
        RandomNumberGenerator.Fill(nonce[4..]);
        return Base64Url.EncodeToString(nonce);
    }

    public static bool IsValid(string nonce)
    {
        Span<byte> bytes = stackalloc byte[Length];
        return nonce.Length == Base64Url.GetEncodedLength(Length)
            && Base64Url.DecodeFromChars(nonce, bytes, out _, out var written) is OperationStatus.Done
            && written == Length;
    }
}
