using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Bench.Load;

/// <summary>
/// Voters minted up front with the site's own key, as Voting would issue them: so a run measures votes and not the making of voters.
/// </summary>
internal sealed class Tokens
{
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly byte[] _id;

    /// <summary>
    /// Whether ids of voters are in no order, as some day's old voters' might be; else they begin with the second of their issue, as Voting
    /// issues them.
    /// </summary>
    public static bool ByChance { get; } = Environment.GetEnvironmentVariable("BENCH_VOTERS_BY_CHANCE") == "1";

    public Tokens() => _id = SHA256.HashData(_key)[..4];

    /// <summary>For <c>Voters__SigningKeys__0</c>.</summary>
    public string Key => Convert.ToBase64String(_key);

    public string New()
    {
        Span<byte> bytes = stackalloc byte[57];
        bytes[0] = 1;
        _id.CopyTo(bytes[1..]);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[5..], (uint)DateTimeOffset.UtcNow.ToUnixTimeSeconds());
        bytes.Slice(5, 4).CopyTo(bytes[9..]);
        RandomNumberGenerator.Fill(bytes.Slice(13, 12));
        // The other way, by chance alone, for who wants to see what it costs a large ledger.
        if (ByChance)
            RandomNumberGenerator.Fill(bytes.Slice(9, 4));
        HMACSHA256.HashData(_key, bytes[..25], bytes[25..]);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>A whole request, ready to be sent.</summary>
    public byte[] Vote(string tool, string choice) => Vote(tool, choice, New());

    /// <summary>The same of a voter who may have voted before.</summary>
    /// <param name="from">Whose address a proxy would name, if any.</param>
    public static byte[] Vote(string tool, string choice, string token, string? from = null)
    {
        var body = $$"""{"choice":"{{choice}}"}""";
        return Encoding.ASCII.GetBytes(
            $"PUT /api/votes/{tool} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Voter {token}\r\n{(from is null ? "" : $"X-Forwarded-For: {from}\r\n")}Content-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}"
        );
    }
}
