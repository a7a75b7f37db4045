using Catalog.Store;

namespace Catalog.Reading;

/// <summary>Keeps the index of the catalog as it stands; the first search after an edit rebuilds it, and others wait for it.</summary>
internal sealed class SearchIndexes : IDisposable
{
    private readonly SemaphoreSlim _making = new(1);
    private volatile Made? _made;

    private sealed record Made(string Stamp, SearchIndex Index);

    /// <param name="stamp">Of the snapshot that <paramref name="catalog"/> reads.</param>
    public async Task<SearchIndex> OfAsync(CatalogReader catalog, string stamp, CancellationToken cancellationToken)
    {
        if (_made is { } made && made.Stamp == stamp)
            return made.Index;
        await _making.WaitAsync(cancellationToken);
        try
        {
            if (_made is { } meanwhile && meanwhile.Stamp == stamp)
                return meanwhile.Index;
            var index = new SearchIndex(await catalog.SearchRowsAsync());
            _made = new(stamp, index);
            return index;
        }
        finally
        {
            _making.Release();
        }
    }

    public void Dispose() => _making.Dispose();
}
