using System.Runtime.CompilerServices;

namespace Operator.Recounting;

/// <summary>An entry of the public ledger: a whole change, from <paramref name="Previous"/> to <paramref name="Choice"/>.</summary>
/// <param name="Kind"><c>vote</c>, or what was decided on one; null from a release that knew votes alone.</param>
/// <param name="Counted">False for a vote that is held or void; null from a release that knew none.</param>
internal readonly record struct Entry(
    long Id,
    string Tool,
    string Voter,
    string? Choice,
    string? Previous,
    long Seq,
    DateTimeOffset At,
    string? Kind = null,
    bool? Counted = null
)
{
    /// <summary>It announces a key of the public log, and is about no tool.</summary>
    public bool IsKey => Kind is "key";

    public bool IsVote => Kind is null or "vote";
}

/// <summary>Reads the public ledger from its beginning. While one page is counted the next is on its way.</summary>
/// <param name="replicas">Voting's replicas; whichever answers will do, since they serve one ledger.</param>
internal sealed class Feed(HttpClient http, IReadOnlyList<Uri> replicas)
{
    private const int PageLength = 10_000;

    private sealed record Page(Entry[]? Entries, long Next);

    /// <returns>Pages of entries, in order, up to where the ledger ended when it was reached.</returns>
    /// <exception cref="HttpRequestException">No replica answers.</exception>
    /// <exception cref="UnusableException">What answers is no ledger.</exception>
    public async IAsyncEnumerable<Entry[]> PagesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var next = PageAsync(0, cancellationToken);
        while (true)
        {
            var (entries, last) = await next;
            if (entries.Length == 0)
                yield break;
            next = PageAsync(last, cancellationToken);
            yield return entries;
        }
    }

    private async Task<(Entry[] Entries, long Last)> PageAsync(long after, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            var replica = replicas[attempt % replicas.Count];
            try
            {
                var page = await http.ReadAsync<Page>(new Uri(replica, $"api/ledger?after={after}&limit={PageLength}"), cancellationToken);
                // A page that does not lead on would be read forever.
                return page.Entries is { } entries && Array.TrueForAll(entries, IsReadable) && (entries.Length == 0 || page.Next > after)
                    ? (entries, page.Next)
                    : throw new UnusableException($"{replica} answered no page of a ledger after entry {after}.");
            }
            catch (HttpRequestException) when (attempt < 2 * replicas.Count)
            {
                // Another replica, or the same one once more after a moment: a count of an hour should not end for a dropped connection.
                await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
            }
        }
    }

    private static bool IsReadable(Entry entry) => entry.Tool is not null && MarkText.TryParse(entry.Voter, out _);
}
