using System.Buffers.Binary;
using Hosting.Configuration;
using Voting.Batching;
using Voting.Ledger;

namespace Voting.Voters;

/// <summary>
/// Turns voters' ids into what the ledger stores of them, so that no file of its database leads from a voter to a mark. The key is the
/// setting <c>Voters:LedgerKey</c>, which backups of the ledger don't hold, or else one of the ledger's own. It is not a signing key: those
/// rotate, and this one must stay.
/// </summary>
public sealed class VoterHasher
{
    public const string Setting = "Voters:LedgerKey";

    /// <summary>
    /// Bytes of time in front, which keep voters who come now on a few pages of the ledger; 1,024 seconds are many voters' and say less
    /// than the row's own time.
    /// </summary>
    private const int TimeLength = 3;
    private const int SecondsShift = 10;
    private const int IdLength = 16;

    // What a start takes until the schema is in place; a ledger that is unavailable longer is answered for.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    private readonly TaskCompletionSource<VoterKeys.Key> _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile VoterKeys.Key? _key;

    /// <exception cref="SettingException">The setting is not 32 bytes in base64. The value is never repeated.</exception>
    public VoterHasher(IConfiguration configuration) =>
        Configured = configuration[Setting] is { Length: > 0 } value ? VoterKeys.KeyOf(Settings.Key(Setting, value)) : null;

    /// <summary>The key from the setting; null when the ledger keeps one of its own.</summary>
    public VoterKeys.Key? Configured { get; }

    /// <summary>False until the ledger's schema is in place and no vote is stored under an id.</summary>
    public bool Ready => _key is not null;

    /// <summary>
    /// At once, except while this process starts: then a request waits for the ledger's schema, so that a restart refuses no vote.
    /// </summary>
    /// <exception cref="LedgerUnavailableException">The schema is not in place after five seconds.</exception>
    public ValueTask<HashedVoter> OfAsync(Guid voter, CancellationToken cancellationToken) =>
        _key is { } key ? new(Of(voter, key)) : WaitAsync(voter, cancellationToken);

    internal static HashedVoter Of(Guid voter, VoterKeys.Key key)
    {
        Span<byte> id = stackalloc byte[IdLength];
        voter.TryWriteBytes(id);
        Span<byte> mac = stackalloc byte[VoterKeys.Key.MacLength];
        key.Authenticate(id, mac);
        var time = (BinaryPrimitives.ReadUInt32BigEndian(id) >> SecondsShift) | 0x80_0000;
        Span<byte> hash = [(byte)(time >> 16), (byte)(time >> 8), (byte)time, .. mac[..(IdLength - TimeLength)]];
        return new HashedVoter(new Guid(hash));
    }

    internal void Use(VoterKeys.Key key)
    {
        _key = key;
        _settled.TrySetResult(key);
    }

    private async ValueTask<HashedVoter> WaitAsync(Guid voter, CancellationToken cancellationToken)
    {
        try
        {
            return Of(voter, await _settled.Task.WaitAsync(Longest, cancellationToken));
        }
        catch (TimeoutException late)
        {
            throw new LedgerUnavailableException("The ledger's schema is not in place yet.", late);
        }
    }
}
