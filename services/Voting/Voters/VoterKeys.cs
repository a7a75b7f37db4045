using System.Security.Cryptography;
using Hosting.Configuration;

namespace Voting.Voters;

/// <summary>
/// The keys that sign voters, newest first: the first signs, all verify, a removed one is refused from then on. They come from
/// configuration (a Secret) and not from Redis or the ledger: a lost key would make every reader a new voter.
/// </summary>
public sealed class VoterKeys
{
    public const int IdLength = 4;

    private VoterKeys(IReadOnlyList<Key> keys) => All = keys;

    public IReadOnlyList<Key> All { get; }

    /// <exception cref="SettingException">No key is given, or one is not 32 bytes in base64. The value is never repeated.</exception>
    public static VoterKeys From(IConfiguration configuration)
    {
        configuration.Required("Voters:SigningKeys:0", "32 random bytes in base64 (openssl rand -base64 32)");
        return new VoterKeys([.. configuration.Keys("Voters:SigningKeys").Select(KeyOf)]);
    }

    internal static Key KeyOf(byte[] secret) => new(SHA256.HashData(secret)[..IdLength], secret);

    public sealed class Key
    {
        public const int MacLength = 32;

        // Keyed once for each thread: keying takes longer than what is computed with it, and every vote asks for it.
        private readonly ThreadLocal<IncrementalHash> _mac;

        internal Key(byte[] id, byte[] secret) =>
            (Id, _mac) = (id, new(() => IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secret)));

        /// <summary>Names the key in tokens: the first bytes of its SHA-256, which tell nothing of it.</summary>
        public byte[] Id { get; }

        /// <summary>Computes HMAC-SHA256 of the data.</summary>
        public void Authenticate(ReadOnlySpan<byte> data, Span<byte> mac)
        {
            var hash = _mac.Value!;
            hash.AppendData(data);
            hash.GetHashAndReset(mac);
        }
    }
}
