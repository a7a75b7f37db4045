using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using Contracts;

namespace Voting.Voters;

/// <summary>
/// A reader's signed, stable identity: 128 bits, made up of when it was issued (which the token says anyway) and chance; they tell nothing
/// of the reader.
/// </summary>
public readonly record struct Voter(Guid Id, DateTimeOffset IssuedAt, DateTimeOffset ExpiresAt);

/// <summary>
/// Tokens are stateless: any replica with the keys verifies them, none stores them. 57 bytes in base64url: version (1), key id (4),
/// issue time in seconds since 1970 (4), voter id (16), HMAC-SHA256 over all before (32). 57 is a multiple of three, so that every one of
/// the 76 characters counts in full and no altered spelling decodes to the same token.
/// </summary>
public sealed class VoterTokens(VoterKeys keys, TimeProvider timeProvider)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(VoterToken.LifetimeDays);

    // Replicas' clocks may differ; a token from a clock ahead is still a token.
    private static readonly TimeSpan ClockSkew = TimeSpan.FromHours(24);
    private const byte FormatVersion = 1;
    private const int IssuedAtOffset = 1 + VoterKeys.IdLength;
    private const int IdOffset = IssuedAtOffset + 4;
    private const int MacOffset = IdOffset + 16;
    private const int Length = MacOffset + VoterKeys.Key.MacLength;
    private const int EncodedLength = Length / 3 * 4;

    /// <summary>
    /// The second of issue (4 bytes), then 96 random bits. The ledger keeps votes in the order of voters' ids: with the second in front,
    /// voters who come now share a few pages of it. With chance alone each new vote touched a page of its own, which at ten million votes
    /// cost PostgreSQL half as much again and six times the log.
    /// </summary>
    public (string Token, Voter Voter) Issue()
    {
        var now = timeProvider.GetUtcNow();
        Span<byte> id = stackalloc byte[16];
        BinaryPrimitives.WriteUInt32BigEndian(id, (uint)now.ToUnixTimeSeconds());
        RandomNumberGenerator.Fill(id[4..]);
        return Sign(new Guid(id), now);
    }

    /// <summary>The same voter under the newest key.</summary>
    public (string Token, Voter Voter) Renew(Voter voter) => IssueTo(voter.Id);

    /// <summary>A token for a voter whose id is settled already.</summary>
    public (string Token, Voter Voter) IssueTo(Guid voter) => Sign(voter, timeProvider.GetUtcNow());

    /// <returns>True for a token of ours that is whole, unaltered and not expired.</returns>
    public bool TryVerify(ReadOnlySpan<char> token, out Voter voter, out bool newestKey)
    {
        (voter, newestKey) = (default, false);
        Span<byte> bytes = stackalloc byte[Length];
        if (
            token.Length != EncodedLength
            || Base64Url.DecodeFromChars(token, bytes, out _, out var written) is not System.Buffers.OperationStatus.Done
            || written != Length
            || bytes[0] != FormatVersion
        )
            return false;

        Span<byte> mac = stackalloc byte[VoterKeys.Key.MacLength];
        for (var place = 0; place < keys.All.Count; place++)
        {
            var key = keys.All[place];
            if (!bytes.Slice(1, VoterKeys.IdLength).SequenceEqual(key.Id))
                continue;
            key.Authenticate(bytes[..MacOffset], mac);
            if (!CryptographicOperations.FixedTimeEquals(mac, bytes[MacOffset..]))
                continue;

            var issuedAt = DateTimeOffset.FromUnixTimeSeconds(BinaryPrimitives.ReadUInt32BigEndian(bytes[IssuedAtOffset..]));
            voter = new Voter(new Guid(bytes.Slice(IdOffset, 16)), issuedAt, issuedAt + Lifetime);
            newestKey = place == 0;
            var now = timeProvider.GetUtcNow();
            return now < voter.ExpiresAt && issuedAt < now + ClockSkew;
        }

        return false;
    }

    private (string Token, Voter Voter) Sign(Guid id, DateTimeOffset now)
    {
        Span<byte> bytes = stackalloc byte[Length];
        var key = keys.All[0];
        var issuedAt = DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds());
        bytes[0] = FormatVersion;
        key.Id.CopyTo(bytes[1..]);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[IssuedAtOffset..], (uint)issuedAt.ToUnixTimeSeconds());
        id.TryWriteBytes(bytes[IdOffset..]);
        key.Authenticate(bytes[..MacOffset], bytes[MacOffset..]);
        return (Base64Url.EncodeToString(bytes), new Voter(id, issuedAt, issuedAt + Lifetime));
    }
}
