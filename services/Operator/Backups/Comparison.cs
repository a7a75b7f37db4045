using Operator.Recounting;

namespace Operator.Backups;

/// <summary>A restored ledger beside the live one's public feed.</summary>
internal sealed class Comparison(RestoredLedger restored, IReadOnlyList<Uri> voting)
{
    /// <returns>How many entries were the same. What differs first is added to <paramref name="wrongs"/>: after one difference the rest
    /// says nothing more.</returns>
    public async Task<long> CompareAsync(
        long expected,
        List<string> wrongs,
        IProgress<double> progress,
        CancellationToken cancellationToken
    )
    {
        using var http = NamedRequests.NewClient();
        await using var ours = restored.EntriesAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        var same = 0L;
        await foreach (var page in new Feed(http, voting).PagesAsync(cancellationToken))
        {
            foreach (var live in page)
            {
                if (!await ours.MoveNextAsync())
                    return same;
                if (ours.Current != live)
                {
                    wrongs.Add($"Entry {live.Id} of the live ledger is {live}; restored is {ours.Current}.");
                    return same;
                }

                same++;
            }

            progress.Report(same / Math.Max(1.0, expected));
        }

        if (await ours.MoveNextAsync())
            wrongs.Add($"The live ledger ends after {same} entries, the restored one goes on with {ours.Current}.");
        return same;
    }
}
