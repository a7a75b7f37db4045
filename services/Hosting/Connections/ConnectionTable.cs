using System.Net;
using Hosting.Limits;
using Hosting.Observability;
using Hosting.Proxies;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Hosting.Connections;

/// <summary>
/// Every open connection of this process. Where a limit is reached, room is made by dropping the connections that wait for their client
/// for the longest, silent ones first: refusing new ones instead would let the first client with many sockets keep everyone else out.
/// Only when all are busy is a new one refused.
/// </summary>
internal sealed partial class ConnectionTable : IDisposable
{
    // So many of a limit are dropped at once: finding them looks at every connection.
    private const int Share = 32;

    // Each may hold twice what the narrower one before it may.
    private const int Widths = 3;

    private readonly Lock _gate = new();
    private readonly HashSet<OpenConnection> _open = [];
    private readonly Dictionary<NetworkPrefix, int> _networks = [];
    private readonly ConnectionSettings _settings;
    private readonly IReadOnlyList<System.Net.IPNetwork> _known;
    private readonly ConnectionMetrics _metrics;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly Outage _pressure;
    private readonly ITimer _sweep;
    private int _silent;
    private long _dropped;
    private long _droppedBefore;

    public ConnectionTable(
        ConnectionSettings settings,
        IReadOnlyList<System.Net.IPNetwork> known,
        ConnectionMetrics metrics,
        TimeProvider timeProvider,
        ILogger<ConnectionTable> logger
    )
    {
        (_settings, _known, _metrics, _timeProvider, _logger) = (settings, known, metrics, timeProvider, logger);
        _pressure = new Outage(timeProvider);
        _sweep = timeProvider.CreateTimer(_ => Sweep(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
    }

    public long Now => _timeProvider.GetTimestamp();

    /// <returns>The connection, or null when it was refused and has been closed.</returns>
    public OpenConnection? Admit(ConnectionContext connection)
    {
        var address = (connection.RemoteEndPoint as IPEndPoint)?.Address;
        var admitted = new OpenConnection(this, connection, address, IsTrusted(address, connection.LocalEndPoint), Now);
        var dropped = new List<OpenConnection>();
        bool refused;
        lock (_gate)
        {
            refused = !MakeRoom(admitted, dropped);
            if (!refused)
                Add(admitted);
        }

        Close(dropped);
        if (refused)
        {
            Note("refused", 1);
            connection.Abort(new ConnectionAbortedException("Too many connections are open."));
            return null;
        }

        connection.Features.Set(admitted);
        connection.ConnectionClosed.UnsafeRegister(static closed => ((OpenConnection)closed!).Forget(), admitted);
        return admitted;
    }

    public void Spoke(OpenConnection connection)
    {
        if (!connection.IsTrusted)
            Interlocked.Decrement(ref _silent);
    }

    public void Forget(OpenConnection connection)
    {
        lock (_gate)
            Remove(connection);
    }

    public void Dispose() => _sweep.Dispose();

    private bool IsTrusted(IPAddress? address, EndPoint? local)
    {
        // A connection from the very address it goes to is this machine's: this process to itself, or a proxy beside it.
        if (address is null || local is IPEndPoint own && own.Address.Equals(address))
            return true;
        return _known.Count > 0 && PrivateNetworks.Contain(_known, address);
    }

    private bool MakeRoom(OpenConnection newcomer, List<OpenConnection> dropped)
    {
        if (!newcomer.IsTrusted)
        {
            for (var width = 0; width < Widths && _settings.PerNetwork is { } perNetwork; width++)
            {
                var (network, most) = (NetworkOf(newcomer.Address!, width), perNetwork << width);
                if (
                    _networks.GetValueOrDefault(network) >= most
                    && !Drop(
                        "network",
                        most,
                        dropped,
                        connection => !connection.IsTrusted && NetworkOf(connection.Address!, width) == network
                    )
                )
                    return false;
            }

            if (Volatile.Read(ref _silent) >= _settings.Silent)
                Drop("silent", _settings.Silent, dropped, connection => connection.IsSilent && !connection.IsTrusted);
        }

        return _open.Count < _settings.Most || Drop("idle", _settings.Most, dropped, _ => true);
    }

    private bool Drop(string reason, int limit, List<OpenConnection> dropped, Func<OpenConnection, bool> may)
    {
        // Taken once: what a connection says of itself changes while they are sorted.
        var idle = _open
            .Where(connection => connection.IsIdle && may(connection))
            .Select(connection => (Last: connection.IsTrusted, Spoke: !connection.IsSilent, connection.Since, Connection: connection))
            .ToList();
        idle.Sort((one, other) => (one.Last, one.Spoke, one.Since).CompareTo((other.Last, other.Spoke, other.Since)));
        var chosen = idle.Take(Math.Max(1, limit / Share)).Select(candidate => candidate.Connection).ToList();
        foreach (var connection in chosen)
            Remove(connection);
        dropped.AddRange(chosen);
        Note(reason, chosen.Count);
        return chosen.Count > 0;
    }

    private void Sweep()
    {
        var late = new List<OpenConnection>();
        lock (_gate)
        {
            late.AddRange(
                _open.Where(connection =>
                    connection.IsSilent && !connection.IsTrusted && _timeProvider.GetElapsedTime(connection.Since) >= _settings.Silence
                )
            );
            late.ForEach(Remove);
        }

        Close(late);
        _metrics.Count("late", late.Count);
        var dropped = Interlocked.Read(ref _dropped);
        if (dropped == _droppedBefore && _pressure.Works())
            LogRelief(dropped);
        _droppedBefore = dropped;
    }

    private void Add(OpenConnection connection)
    {
        _open.Add(connection);
        if (connection.IsTrusted)
            return;
        Interlocked.Increment(ref _silent);
        for (var width = 0; width < Widths; width++)
        {
            var network = NetworkOf(connection.Address!, width);
            _networks[network] = _networks.GetValueOrDefault(network) + 1;
        }
    }

    private void Remove(OpenConnection connection)
    {
        if (!_open.Remove(connection) || connection.IsTrusted)
            return;
        if (connection.EndSilence())
            Interlocked.Decrement(ref _silent);
        for (var width = 0; width < Widths; width++)
        {
            var network = NetworkOf(connection.Address!, width);
            if (_networks[network] == 1)
                _networks.Remove(network);
            else
                _networks[network]--;
        }
    }

    private static void Close(List<OpenConnection> connections)
    {
        foreach (var connection in connections)
            connection.Connection.Abort(
                new ConnectionAbortedException("The connection made room for others, or said nothing for too long.")
            );
    }

    private static NetworkPrefix NetworkOf(IPAddress address, int width) => NetworkPrefix.Of(address, 32 - 8 * width, 64 - 16 * width);

    private void Note(string reason, int connections)
    {
        _metrics.Count(reason, connections);
        if (connections == 0)
            return;
        Interlocked.Add(ref _dropped, connections);
        if (_pressure.Fails())
            LogPressure(_settings.Most, _settings.Silent, reason);
    }

    [LoggerMessage(
        1020,
        LogLevel.Warning,
        "Connections are dropped or refused ({Reason}): at most {Most} are held, {Silent} of them silent; see the metric "
            + "connections_dropped"
    )]
    private partial void LogPressure(int most, int silent, string reason);

    [LoggerMessage(1021, LogLevel.Information, "Connections are no longer dropped; {Dropped} were dropped since the start")]
    private partial void LogRelief(long dropped);
}
