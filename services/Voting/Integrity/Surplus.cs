using System.Net;
using Voting.Ledger;
using Voting.Quota;

namespace Voting.Integrity;

/// <summary>
/// The votes that replicas counted at once beyond a network's bound on a tool, because they raced at it: each had not yet heard of what the
/// others let in. Held as the gate would have done. Asking the database at every vote instead would make all votes wait for it.
/// </summary>
internal static class Surplus
{
    // Older ones are not looked at: the rule may have released them, which it does after ten minutes.
    private static readonly TimeSpan Recent = TimeSpan.FromMinutes(5);

    /// <param name="votes">Of one tool, cast within 48 hours.</param>
    /// <param name="salt">The day's.</param>
    public static IReadOnlyList<HashedVoter> Of(
        IReadOnlyList<FirstVote> votes,
        ToolPast past,
        QuotaSettings quota,
        ReadOnlySpan<byte> salt,
        DateTimeOffset now
    )
    {
        if (!votes.Any(vote => now - vote.At < Recent))
            return [];
        var own = (HashSet<(long, ulong)>)[Own(salt, IPAddress.Loopback, now), Own(salt, IPAddress.IPv6Loopback, now)];
        var today = votes.Where(vote => vote.Day == QuotaWindows.Of(now).Day).OrderBy(vote => vote.At).ToList();
        var counts = new Dictionary<(long, ulong), long>();
        var surplus = new List<HashedVoter>();
        foreach (var vote in today.Where(vote => !own.Contains(vote.Network(0))))
        {
            var isAbove = false;
            for (var place = 0; place < vote.Widths.Length; place++)
            {
                var count = counts[vote.Network(place)] = counts.GetValueOrDefault(vote.Network(place)) + 1;
                isAbove |= count > vote.Widths[place].OfTool * (long)quota.PerTool;
            }

            if (isAbove && vote.Stands && vote.State.IsCounted && now - vote.At < Recent && past.MayHold(vote))
                surplus.Add(vote.Voter);
        }

        return surplus;
    }

    private static (long, ulong) Own(ReadOnlySpan<byte> salt, IPAddress address, DateTimeOffset now) =>
        (QuotaWindows.Of(now).Day, BitConverter.ToUInt64(NetworkHash.At(NetworkHash.Of(salt, address), 0)));
}
