using System.Text.Json.Serialization;

namespace Voting.Challenges;

/// <summary>
/// Work to do before a vote is taken, in the wire format of ALTCHA v2: find the counter whose derived key begins with the prefix. Its
/// members stand in alphabetical order, which is the order that is signed.
/// </summary>
/// <param name="Parameters">What to do.</param>
/// <param name="Signature">HMAC-SHA256 of the parameters as JSON, in hex.</param>
public sealed record Challenge(ChallengeParameters Parameters, string Signature);

/// <param name="Algorithm">Always <c>PBKDF2/SHA-256</c>.</param>
/// <param name="Cost">PBKDF2's iterations for each counter.</param>
/// <param name="Data">What the challenge is for, and how far to count.</param>
/// <param name="ExpiresAt">Unix time in seconds.</param>
/// <param name="KeyLength">Bytes of a derived key.</param>
/// <param name="KeyPrefix">What the right key begins with, in hex.</param>
/// <param name="KeySignature">HMAC-SHA256 of the right key, in hex.</param>
/// <param name="Nonce">16 bytes in hex. Followed by the counter (4 bytes, big-endian) it is PBKDF2's password.</param>
/// <param name="Salt">16 bytes in hex.</param>
public sealed record ChallengeParameters(
    string Algorithm,
    int Cost,
    ChallengeData Data,
    long ExpiresAt,
    int KeyLength,
    string KeyPrefix,
    string KeySignature,
    string Nonce,
    string Salt
);

/// <param name="For">A keyed hash of the tool and the network, which tells neither.</param>
/// <param name="UpTo">No counter above this one is right, so that a page can show how far it is.</param>
public sealed record ChallengeData(string For, int UpTo);

/// <param name="Challenge">As it was received.</param>
/// <param name="Solution">What was found.</param>
public sealed record ChallengeAnswer(Challenge Challenge, ChallengeSolution Solution);

/// <param name="Counter">The counter that was looked for.</param>
/// <param name="DerivedKey">Its key, in lowercase hex.</param>
/// <param name="Time">Milliseconds it took; solvers may send it, and nothing depends on it.</param>
public sealed record ChallengeSolution(int Counter, string DerivedKey, double? Time = null);

// Strict, so that one challenge has one spelling: what is signed is written anew from what was read.
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    MaxDepth = 5
)]
[JsonSerializable(typeof(ChallengeAnswer))]
internal sealed partial class ChallengeJson : JsonSerializerContext;
