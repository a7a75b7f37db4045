using Tally.Pushing.Connections;
using Tally.State;

namespace Tally.Pushing;

/// <summary>
/// One open connection, over the hub or as server-sent events, and what it was last given of each tool it watches.
/// <para>
/// Forward only: a state is written only for a version above the last one given or for a newer epoch. When the last one given turns out to
/// contradict the ledger, the reader is asked to connect again and begins with a snapshot: a lower version on the same connection would
/// break the promise for every client. Nothing missed: a change that finds the reader busy leaves a mark at the watch, and the end of the
/// write looks for marks. There is no queue: a slow reader holds at most one mark per tool, and gets the newest state when it is free.
/// </para>
/// </summary>
internal abstract class Reader(Pushes pushes) : ConnectionWriter(pushes)
{
    /// <summary>The most tools one connection may watch.</summary>
    public const int MostTools = Contracts.Limits.ToolsAtOnce;

    private readonly List<Watch> _watches = [];
    private bool _dismissed;

    /// <summary>Ends the connection in good order and lets the reader connect again.</summary>
    public abstract ValueTask GoodbyeAsync();

    /// <summary>It was given what the ledger has overruled, gets nothing more, and is about to be asked to connect again.</summary>
    public bool IsDismissed
    {
        get
        {
            lock (Gate)
                return _dismissed;
        }
    }

    /// <summary>
    /// Begins to watch these tools and answers how they stand; unknown ones are left out, and null is answered when there would be more
    /// than <see cref="MostTools"/>, or when the reader <see cref="IsDismissed"/>. Nothing more is written of them until
    /// <see cref="Activate"/>, which the caller does once the answer is written. A tool watched before is held back too: otherwise a push
    /// could overtake the older state in the answer.
    /// </summary>
    public async Task<IReadOnlyList<Standing>?> PrepareAsync(IReadOnlyCollection<string> tools)
    {
        List<Watch> prepared = [];
        Task quiet;
        lock (Gate)
        {
            List<Topic> added = [];
            foreach (var tool in tools)
            {
                if (Pushes.Find(tool) is not { } topic)
                    continue;
                if (_watches.Find(watch => watch.Topic == topic) is { } known)
                    prepared.Add(known);
                else
                    added.Add(topic);
            }

            if (_watches.Count + added.Count > MostTools)
                return null;
            foreach (var topic in added)
            {
                var watch = new Watch(this, topic);
                prepared.Add(watch);
                if (Closed)
                    continue;
                _watches.Add(watch);
                topic.Join(watch);
            }

            foreach (var watch in prepared)
                (watch.Active, watch.Pending) = (false, false);
            quiet = WhenQuiet();
            Pushes.Metrics.Watching(Closed ? 0 : added.Count);
        }

        // What is on its way was on the board before, so the states taken after it can't be older.
        await quiet;
        List<Standing> standings = [];
        var order = prepared.ToDictionary(watch => watch.Topic.Newest.Tally.Tool);
        foreach (var tool in tools)
        {
            if (!order.TryGetValue(tool, out var watch))
                continue;
            var standing = watch.Topic.Newest;
            lock (Gate)
            {
                if (_dismissed || Dismisses(watch, standing))
                    return null;
                watch.Sent = standing;
            }

            standings.Add(standing);
        }

        return standings;
    }

    /// <summary>The answer is written: from here on changes are, beginning with what moved since.</summary>
    public void Activate()
    {
        lock (Gate)
        {
            foreach (var watch in _watches)
            {
                if (watch.Active)
                    continue;
                watch.Active = true;
                watch.Pending = watch.Topic.Newest != watch.Sent;
            }

            if (Closed || !TryBegin())
                return;
        }

        Continue();
    }

    public void Unwatch(IReadOnlyCollection<string> tools)
    {
        lock (Gate)
        {
            var removed = _watches.RemoveAll(watch =>
            {
                if (!tools.Contains(watch.Topic.Newest.Tally.Tool))
                    return false;
                watch.Topic.Leave(watch);
                watch.Active = false;
                return true;
            });
            Pushes.Metrics.Watching(-removed);
        }
    }

    /// <summary>A state that the watch's tool has reached; returns at once, written or not.</summary>
    /// <returns>True when it is being written now.</returns>
    public bool Offer(Watch watch, Standing standing)
    {
        lock (Gate)
        {
            if (Closed || _dismissed || !watch.Active || Dismisses(watch, standing) || !standing.Follows(watch.Sent))
                return false;
            if (!TryBegin())
            {
                watch.Pending = true;
                Pushes.Metrics.Coalesced();
                return false;
            }

            watch.Sent = standing;
        }

        Continue(standing);
        return true;
    }

    /// <summary>Forgets the reader; nothing is written after the write under way, whose end the task awaits.</summary>
    public Task CloseAsync()
    {
        lock (Gate)
        {
            if (!Closed)
            {
                Closed = true;
                foreach (var watch in _watches)
                    watch.Topic.Leave(watch);
                Pushes.Metrics.Watching(-_watches.Count);
                _watches.Clear();
            }

            return WhenQuiet();
        }
    }

    protected override Standing? TakeNext()
    {
        if (_dismissed)
            return null;
        foreach (var watch in _watches)
        {
            if (!watch.Active || !watch.Pending)
                continue;
            watch.Pending = false;
            var standing = watch.Topic.Newest;
            if (Dismisses(watch, standing))
                break;
            if (!standing.Follows(watch.Sent))
                continue;
            watch.Sent = standing;
            Pushes.Metrics.Pushed(1, standing);
            return standing;
        }

        return null;
    }

    // Within the gate.
    private bool Dismisses(Watch watch, Standing standing)
    {
        if (!standing.Overrules(watch.Sent))
            return false;
        _dismissed = true;
        Pushes.Dismiss(this);
        return true;
    }
}
