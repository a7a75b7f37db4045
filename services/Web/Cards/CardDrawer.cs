using System.Collections.Concurrent;

namespace Web.Cards;

/// <summary>
/// Draws one card at a time: any two tools have one, and whoever asks for all of them must not take the processor from readers.
/// The last few are kept, since a link that is shared is asked for by many at once.
/// </summary>
internal sealed class CardDrawer : IDisposable
{
    // About 40 kB each.
    private const int Kept = 64;
    private readonly ConcurrentDictionary<string, byte[]> _drawn = new();
    private readonly SemaphoreSlim _drawing = new(1);

    public async Task<byte[]> DrawAsync(Card card, CancellationToken stop)
    {
        if (_drawn.TryGetValue(card.Tag, out var known))
            return known;
        await _drawing.WaitAsync(stop);
        try
        {
            if (_drawn.TryGetValue(card.Tag, out known))
                return known;
            // Which are dropped matters little: verdicts move, and old tags are never asked for again.
            if (_drawn.Count >= Kept)
                _drawn.Clear();
            return _drawn[card.Tag] = CardPainter.Paint(card);
        }
        finally
        {
            _drawing.Release();
        }
    }

    public void Dispose() => _drawing.Dispose();
}
