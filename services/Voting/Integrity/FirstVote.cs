using Voting.Ledger;
using Voting.Quota;

namespace Voting.Integrity;

/// <summary>A first vote of the last 48 hours as it stands now.</summary>
/// <param name="Networks">Keyed hashes of the day (<see cref="NetworkHash"/>).</param>
/// <param name="IsSleeper">The voter was made long before it voted for the first time.</param>
/// <param name="At">When it was cast, UTC.</param>
internal sealed record FirstVote(HashedVoter Voter, byte[] Networks, bool IsSleeper, DateTimeOffset At, Choice Choice, VoteState State)
{
    /// <summary>The day whose salt the hashes were made with.</summary>
    public long Day => QuotaWindows.Of(At).Day;

    public bool Stands => Choice is not Choice.Withdrawn;

    /// <summary>Voters of one neighborhood have the same: the IPv4 /24 or IPv6 /48.</summary>
    public (long Day, ulong Hash) Neighborhood => Network(NetworkWidths.NeighborhoodOf(Networks));

    /// <summary>The IPv4 /20 or IPv6 /40 around it.</summary>
    public (long Day, ulong Hash) Region => Network(NetworkWidths.NeighborhoodOf(Networks) + 1);

    public NetworkWidth[] Widths => NetworkWidths.Of(Networks);

    /// <param name="place">Of one of the <see cref="Widths"/>, whose number is hashed too.</param>
    public (long Day, ulong Hash) Network(int place) => (Day, BitConverter.ToUInt64(NetworkHash.At(Networks, place)));
}
