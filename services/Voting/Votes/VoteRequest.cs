using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Voting.Ledger;

namespace Voting.Votes;

/// <summary>
/// A vote as its request states it. Read token by token: of the thirty bytes that arrive many thousand times a second nothing is allocated,
/// and a request that asks for a new voter is recognized even if another part of it is wrong.
/// </summary>
internal readonly record struct VoteRequest
{
    public const int NonceLength = 32;

    // An answer to a challenge takes about 900 bytes; nothing longer is looked at.
    private const int LongestAltcha = 4096;

    private const int EncodedNonceLength = 43;
    private const int LongestName = 6;

    // Each character of a JSON string may be written as \uXXXX.
    private const int LongestEscape = 6;

    private static readonly JsonReaderOptions Options = new() { MaxDepth = VotingJson.Default.Options.MaxDepth };

    /// <summary>Null when the body names neither <c>ship</c> nor <c>skip</c>, or is not JSON at all.</summary>
    public Choice? Choice { get; private init; }

    /// <summary>The body has a <c>voter</c>, whatever it says.</summary>
    public bool AsksForVoter { get; private init; }

    /// <summary>The body has a <c>voter</c> and it is not <c>new</c>.</summary>
    public bool AsksForOtherVoter { get; private init; }

    /// <summary>The page's 32 bytes, or null when it sent none or they are malformed.</summary>
    public byte[]? Nonce { get; private init; }

    /// <summary>The body has a <c>nonce</c> and it is not 32 bytes in base64url.</summary>
    public bool NonceIsMalformed { get; private init; }

    /// <summary>The answer to a challenge as it was sent, or null when there is none or it is no text of at most 4 KiB.</summary>
    public string? Altcha { get; private init; }

    /// <summary>The body has an <c>altcha</c> and it is no text of at most 4 KiB.</summary>
    public bool AltchaIsMalformed { get; private init; }

    public static VoteRequest Parse(ReadOnlySequence<byte> body)
    {
        try
        {
            var reader = new Utf8JsonReader(body, Options);
            return Read(ref reader);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // The reader throws the latter for text that is not UTF-8 or half a surrogate pair.
            return default;
        }
    }

    private static VoteRequest Read(ref Utf8JsonReader reader)
    {
        if (!reader.Read() || reader.TokenType is not JsonTokenType.StartObject)
            return default;

        var request = default(VoteRequest);
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            request = ReadProperty(ref reader, request);
            // An object or array, to its end.
            reader.Skip();
        }

        return reader.Read() ? default : request;
    }

    private static VoteRequest ReadProperty(ref Utf8JsonReader reader, VoteRequest request)
    {
        Span<byte> copy = stackalloc byte[LongestName * LongestEscape];
        var name = copy[..Copy(ref reader, copy)];
        reader.Read();
        if (Ascii.EqualsIgnoreCase(name, "choice"u8))
            return request with { Choice = ReadChoice(ref reader) };
        if (Ascii.EqualsIgnoreCase(name, "voter"u8))
        {
            var asks = reader.TokenType is not JsonTokenType.Null;
            return request with
            {
                AsksForVoter = asks,
                AsksForOtherVoter = asks && !(reader.TokenType is JsonTokenType.String && reader.ValueTextEquals("new"u8)),
            };
        }

        if (Ascii.EqualsIgnoreCase(name, "altcha"u8))
        {
            var altcha = reader.TokenType is JsonTokenType.String && Length(ref reader) <= LongestAltcha ? reader.GetString() : null;
            return request with { Altcha = altcha, AltchaIsMalformed = altcha is null && reader.TokenType is not JsonTokenType.Null };
        }

        if (!Ascii.EqualsIgnoreCase(name, "nonce"u8))
            return request;
        var nonce = ReadNonce(ref reader);
        return request with { Nonce = nonce, NonceIsMalformed = nonce is null && reader.TokenType is not JsonTokenType.Null };
    }

    private static Choice? ReadChoice(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is not JsonTokenType.String)
            return null;
        return reader.ValueTextEquals("ship"u8) ? Ledger.Choice.Ship
            : reader.ValueTextEquals("skip"u8) ? Ledger.Choice.Skip
            : null;
    }

    private static byte[]? ReadNonce(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is not JsonTokenType.String)
            return null;
        Span<byte> copy = stackalloc byte[EncodedNonceLength * LongestEscape];
        var text = copy[..Copy(ref reader, copy)];
        if (text.Length != EncodedNonceLength)
            return null;
        var nonce = new byte[NonceLength];
        return Base64Url.DecodeFromUtf8(text, nonce, out _, out var written) is OperationStatus.Done && written == NonceLength
            ? nonce
            : null;
    }

    /// <summary>Copies the token's text without its escapes.</summary>
    /// <returns>The bytes copied; 0 when the text is longer than the buffer.</returns>
    private static int Copy(ref Utf8JsonReader reader, scoped Span<byte> buffer) =>
        Length(ref reader) <= buffer.Length ? reader.CopyString(buffer) : 0;

    private static long Length(ref Utf8JsonReader reader) =>
        reader.HasValueSequence ? reader.ValueSequence.Length : reader.ValueSpan.Length;
}
