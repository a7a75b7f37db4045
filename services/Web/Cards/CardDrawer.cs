using System.Net;
using System.Threading.RateLimiting;
using Hosting.Limits;

namespace Web.Cards;

/// <summary>
/// Draws one card at a time: any two tools have one, and clients that ask for all of them must not take the processor from readers. Few
/// wait, and few of one network, so that a card is either drawn soon or refused at once. The last few are kept, since a link that is
/// shared is asked for by many.
/// </summary>
internal sealed class CardDrawer : IDisposable
{
    // About 40 kB each.
    private const int Kept = 64;

    // About 15 ms each.
    private const int Waiting = 16,
        WaitingOfNetwork = 4;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, byte[]> _drawn = [];
    private readonly Dictionary<string, Task<byte[]>> _waiting = [];
    private readonly PartitionedRateLimiter<IPAddress> _askers = NetworkLimits.AtOnce(WaitingOfNetwork, Waiting);
    private readonly SemaphoreSlim _turn = new(1);

    /// <param name="asker">Whose turn it takes up, unless the same card is being drawn already.</param>
    /// <returns>The PNG, or null when too many others wait.</returns>
    public async Task<byte[]?> DrawAsync(Card card, IPAddress asker, CancellationToken cancellationToken)
    {
        Task<byte[]> drawing;
        lock (_gate)
        {
            if (_drawn.TryGetValue(card.Tag, out var known))
                return known;
            if (!_waiting.TryGetValue(card.Tag, out drawing!))
            {
                var lease = _askers.AttemptAcquire(asker);
                if (!lease.IsAcquired)
                    return null;
                // Shared by all who wait for it: it continues when the first of them leaves.
                _waiting[card.Tag] = drawing = Task.Run(() => DrawAsync(card, lease), CancellationToken.None);
            }
        }

        return await drawing.WaitAsync(cancellationToken);
    }

    public void Dispose()
    {
        _askers.Dispose();
        _turn.Dispose();
    }

    private async Task<byte[]> DrawAsync(Card card, RateLimitLease lease)
    {
        using var asker = lease;
        await _turn.WaitAsync();
        byte[]? picture = null;
        try
        {
            return picture = CardPainter.Paint(card);
        }
        finally
        {
            _turn.Release();
            Done(card.Tag, picture);
        }
    }

    private void Done(string tag, byte[]? picture)
    {
        lock (_gate)
        {
            _waiting.Remove(tag);
            if (picture is null)
                return;
            // Which are dropped matters little: verdicts move, and old tags are never asked for again.
            if (_drawn.Count >= Kept)
                _drawn.Clear();
            _drawn[tag] = picture;
        }
    }
}
