using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Voting.Batching;
using Voting.Voters;

namespace Voting.Challenges;

/// <summary>
/// Makes a flood of first votes from one network cost computing time: above its quota a voter does some work, for one vote on one tool. The
/// counter to find is drawn here (ALTCHA's deterministic mode), so the work has an upper bound, and a wrong answer costs the server two
/// hashes.
/// </summary>
public sealed class ProofOfWork
{
    /// <summary>Long enough for the slowest phone, and for a reader who is interrupted.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private const string Algorithm = "PBKDF2/SHA-256";
    private const int KeyLength = 32;
    private const int PrefixLength = 16;

    // Half a millisecond of the server's time for each challenge. Fewer make calls in the browser that take longer than their work.
    private const int IterationsEach = 1000;

    private readonly IReadOnlyList<ChallengeKeys> _keys;
    private readonly SpentChallenges _spent;
    private readonly TimeProvider _timeProvider;
    private readonly int _upTo;

    internal ProofOfWork(VoterKeys keys, ChallengeSettings settings, SpentChallenges spent, TimeProvider timeProvider)
    {
        (_keys, _spent, _timeProvider) = (ChallengeKeys.From(keys), spent, timeProvider);
        // Drawn evenly from 1 to here, a counter takes half as many on average.
        _upTo = Math.Max(1, 2 * settings.Cost / IterationsEach);
    }

    /// <param name="tool">The only tool that the answer is good for.</param>
    /// <param name="cohort">A keyed hash of the only network that the answer is good for.</param>
    public Challenge Make(string tool, ReadOnlySpan<byte> cohort)
    {
        Span<byte> random = stackalloc byte[32];
        RandomNumberGenerator.Fill(random);
        var (nonce, salt) = (Convert.ToHexStringLower(random[..16]), Convert.ToHexStringLower(random[16..]));
        Span<byte> key = stackalloc byte[KeyLength];
        Derive(nonce, salt, RandomNumberGenerator.GetInt32(1, _upTo + 1), IterationsEach, key);
        var keys = _keys[0];
        var parameters = new ChallengeParameters(
            Algorithm,
            IterationsEach,
            new ChallengeData(keys.PurposeOf(nonce, tool, cohort), _upTo),
            (_timeProvider.GetUtcNow() + Lifetime).ToUnixTimeSeconds(),
            KeyLength,
            Convert.ToHexStringLower(key[..PrefixLength]),
            keys.SignatureOf(key),
            nonce,
            salt
        );
        return new Challenge(parameters, keys.SignatureOf(parameters));
    }

    /// <summary>Takes an answer, which can be taken once.</summary>
    /// <param name="altcha">Base64 of the JSON <c>{"challenge":{"parameters","signature"},"solution":{"counter","derivedKey"}}</c>.</param>
    /// <exception cref="LedgerUnavailableException">The ledger's database does not say whether the answer was taken before.</exception>
    public async ValueTask<ChallengeOutcome> VerifyAsync(
        string altcha,
        string tool,
        ReadOnlyMemory<byte> cohort,
        CancellationToken cancellationToken
    )
    {
        if (Read(altcha) is not { } answer)
            return ChallengeOutcome.Malformed;
        if (Judge(answer, tool, cohort.Span) is var outcome and not ChallengeOutcome.Valid)
            return outcome;
        var parameters = answer.Challenge.Parameters;
        return await _spent.TrySpendAsync(
            Convert.FromHexString(parameters.Nonce),
            DateTimeOffset.FromUnixTimeSeconds(parameters.ExpiresAt),
            cancellationToken
        )
            ? ChallengeOutcome.Valid
            : ChallengeOutcome.AlreadyUsed;
    }

    private static ChallengeAnswer? Read(string altcha)
    {
        var json = new byte[altcha.Length];
        // Written again it must be the same: the decoder passes over white space and over bits that belong to no byte.
        if (!Convert.TryFromBase64String(altcha, json, out var length) || Convert.ToBase64String(json.AsSpan(0, length)) != altcha)
            return null;
        try
        {
            return JsonSerializer.Deserialize(json.AsSpan(0, length), ChallengeJson.Default.ChallengeAnswer);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // Cheapest first. Nothing of the parameters is used before their signature is known to be ours.
    private ChallengeOutcome Judge(ChallengeAnswer answer, string tool, ReadOnlySpan<byte> cohort)
    {
        var (parameters, signature) = answer.Challenge;
        if (_keys.FirstOrDefault(keys => Same(keys.SignatureOf(parameters), signature)) is not { } keys)
            return ChallengeOutcome.Wrong;
        if (_timeProvider.GetUtcNow().ToUnixTimeSeconds() >= parameters.ExpiresAt)
            return ChallengeOutcome.Expired;
        if (!Same(keys.PurposeOf(parameters.Nonce, tool, cohort), parameters.Data.For))
            return ChallengeOutcome.ForAnother;
        return IsSolved(keys, parameters, answer.Solution) ? ChallengeOutcome.Valid : ChallengeOutcome.Wrong;
    }

    // The prefix and the key's signature show that the work was done, the last line that the counter belongs to it.
    private static bool IsSolved(ChallengeKeys keys, ChallengeParameters parameters, ChallengeSolution solution)
    {
        Span<byte> key = stackalloc byte[KeyLength];
        Span<byte> derived = stackalloc byte[KeyLength];
        if (
            !solution.DerivedKey.StartsWith(parameters.KeyPrefix, StringComparison.Ordinal)
            || solution.DerivedKey.Length != 2 * KeyLength
            || Convert.FromHexString(solution.DerivedKey, key, out _, out _) is not System.Buffers.OperationStatus.Done
            || !Same(keys.SignatureOf(key), parameters.KeySignature)
        )
            return false;
        Derive(parameters.Nonce, parameters.Salt, solution.Counter, parameters.Cost, derived);
        return Same(Convert.ToHexStringLower(derived), solution.DerivedKey);
    }

    private static void Derive(string nonce, string salt, int counter, int iterations, Span<byte> key)
    {
        Span<byte> password = stackalloc byte[20];
        Convert.FromHexString(nonce, password, out _, out _);
        BinaryPrimitives.WriteInt32BigEndian(password[16..], counter);
        Rfc2898DeriveBytes.Pbkdf2(password, Convert.FromHexString(salt), key, iterations, HashAlgorithmName.SHA256);
    }

    private static bool Same(string ours, string theirs) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(ours), Encoding.UTF8.GetBytes(theirs));
}
