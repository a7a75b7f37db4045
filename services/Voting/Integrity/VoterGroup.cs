using System.Buffers.Binary;
using System.Security.Cryptography;
using Voting.Ledger;

namespace Voting.Integrity;

/// <summary>
/// The first votes of one network on a tool, as a moderator may see and decide on them: never fewer than three voters, so that nobody is
/// singled out.
/// </summary>
/// <param name="Id">Made of the network's hash and the case, so that nobody can follow a network from one case to another.</param>
/// <param name="Network">How wide it is.</param>
internal sealed record VoterGroup(string Id, string Network, IReadOnlyList<FirstVote> Votes)
{
    private const int Fewest = 3;
    private const int Most = 100;

    /// <param name="votes">Of one tool, cast within 48 hours.</param>
    /// <returns>Each vote is in one group at most, of the narrowest network with enough voters; the largest groups first.</returns>
    public static List<VoterGroup> Of(IReadOnlyList<FirstVote> votes, long caseId)
    {
        var groups = new List<VoterGroup>();
        var left = votes.Where(vote => vote.Stands).ToList();
        for (var wider = 0; left.Exists(vote => PlaceOf(vote, wider) < vote.Widths.Length); wider++)
        {
            var networks = left.Where(vote => PlaceOf(vote, wider) < vote.Widths.Length)
                .GroupBy(vote => (Network: vote.Network(PlaceOf(vote, wider)), Name: vote.Widths[PlaceOf(vote, wider)].Name))
                .Where(network => network.Count() >= Fewest)
                .ToList();
            groups.AddRange(networks.Select(network => new VoterGroup(IdOf(network.Key.Network, caseId), network.Key.Name, [.. network])));
            left = [.. left.Except(networks.SelectMany(network => network))];
        }

        return [.. groups.OrderByDescending(group => group.Votes.Count).ThenBy(group => group.Id, StringComparer.Ordinal).Take(Most)];
    }

    public IReadOnlyList<HashedVoter> Voters(Func<FirstVote, bool> some) => [.. Votes.Where(some).Select(vote => vote.Voter)];

    private static int PlaceOf(FirstVote vote, int wider) => Quota.NetworkWidths.NeighborhoodOf(vote.Networks) + wider;

    private static string IdOf((long Day, ulong Hash) network, long caseId)
    {
        Span<byte> bytes = stackalloc byte[24];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, caseId);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], network.Day);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[16..], network.Hash);
        return Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 6));
    }
}
