using System.Net;
using System.Security.Cryptography;

namespace Voting.Quota;

/// <summary>
/// Counts in this process: the embedded form, and what stands in for Redis while that is unavailable. Each bound holds per replica then, so
/// a flood of new voters finds as many doors as there are replicas, but never an open one.
/// </summary>
internal sealed class MemoryQuotaCounts(QuotaSettings settings) : IQuotaCounts
{
    // Beyond so many places the rest share a few counts: their first voters pass and a flood from everywhere meets a bound, in bounded
    // memory.
    private const int MostPlaces = 100_000;
    private const int Shared = 4096;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, HashSet<string>> _hour = [];
    private readonly Dictionary<string, HashSet<string>> _day = [];
    private byte[]? _salt;
    private (long Hour, long Day) _window = (-1, -1);

    public ValueTask<Bound> AdmitAsync(IPAddress? from, Guid voter, DateTimeOffset now)
    {
        lock (_gate)
        {
            Turn(now);
            _salt ??= RandomNumberGenerator.GetBytes(32);
            var (place, name) = (ClientNetwork.Of(_salt, from), ClientNetwork.VoterOf(_salt, voter));
            var (network, address) = (Of(_day, place.Network), Of(_hour, place.Address));
            if (network.Contains(name))
                return ValueTask.FromResult(Bound.None);
            if (address.Count >= settings.PerAddressHourly)
                return ValueTask.FromResult(Bound.Address);
            if (network.Count >= settings.PerNetworkDaily)
                return ValueTask.FromResult(Bound.Network);
            network.Add(name);
            address.Add(name);
            return ValueTask.FromResult(Bound.None);
        }
    }

    public void Forget(DateTimeOffset now)
    {
        lock (_gate)
            Turn(now);
    }

    public long? SaltOf
    {
        get
        {
            lock (_gate)
                return _salt is null ? null : _window.Day;
        }
    }

    private void Turn(DateTimeOffset now)
    {
        var window = QuotaWindows.Of(now);
        if (window.Day != _window.Day)
        {
            // What was hashed with the old salt is gone with it.
            _salt = null;
            _day.Clear();
        }

        if (window != _window)
            _hour.Clear();
        _window = window;
    }

    private static HashSet<string> Of(Dictionary<string, HashSet<string>> window, string place)
    {
        if (window.Count >= MostPlaces && !window.ContainsKey(place))
            place = $"shared {string.GetHashCode(place, StringComparison.Ordinal) & (Shared - 1)}";
        return window.TryGetValue(place, out var voters) ? voters : window[place] = [];
    }
}
