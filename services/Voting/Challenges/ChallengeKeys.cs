using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Voting.Voters;

namespace Voting.Challenges;

/// <summary>
/// What signs challenges. It follows from a voters' key, so there is no secret to add; and none of it leads back to that key.
/// </summary>
internal sealed class ChallengeKeys
{
    private readonly byte[] _challenge;
    private readonly byte[] _derivedKey;
    private readonly byte[] _purpose;

    private ChallengeKeys(VoterKeys.Key key) =>
        (_challenge, _derivedKey, _purpose) = (Of(key, "signature"), Of(key, "key signature"), Of(key, "purpose"));

    /// <summary>Newest first, as the voters' keys are: the first signs, all verify.</summary>
    public static IReadOnlyList<ChallengeKeys> From(VoterKeys keys) => [.. keys.All.Select(key => new ChallengeKeys(key))];

    public string SignatureOf(ChallengeParameters parameters) =>
        Mac(_challenge, JsonSerializer.SerializeToUtf8Bytes(parameters, ChallengeJson.Default.ChallengeParameters));

    public string SignatureOf(ReadOnlySpan<byte> derivedKey) => Mac(_derivedKey, derivedKey);

    /// <summary>The nonce makes each of them another, so that challenges don't tell that they went to one network.</summary>
    /// <param name="nonce">In hex.</param>
    public string PurposeOf(string nonce, string tool, ReadOnlySpan<byte> cohort)
    {
        // Each part before the last is preceded by its length: no two purposes are the same bytes.
        var (first, second) = (Encoding.UTF8.GetBytes(nonce), Encoding.UTF8.GetBytes(tool));
        var purpose = new byte[4 + first.Length + 4 + second.Length + cohort.Length];
        var rest = Append(Append(purpose, first), second);
        cohort.CopyTo(rest);
        return Mac(_purpose, purpose)[..32];

        static Span<byte> Append(Span<byte> to, byte[] part)
        {
            BinaryPrimitives.WriteInt32BigEndian(to, part.Length);
            part.CopyTo(to[4..]);
            return to[(4 + part.Length)..];
        }
    }

    // As hex text, because ALTCHA's libraries take their secrets as text: anyone who has them can check a challenge with theirs.
    private static byte[] Of(VoterKeys.Key key, string what)
    {
        var secret = new byte[VoterKeys.Key.MacLength];
        key.Authenticate(Encoding.UTF8.GetBytes($"verdicts.challenge/v1 {what}"), secret);
        return Encoding.UTF8.GetBytes(Convert.ToHexStringLower(secret));
    }

    private static string Mac(byte[] key, ReadOnlySpan<byte> data) => Convert.ToHexStringLower(HMACSHA256.HashData(key, data));
}
