using System.Collections.Concurrent;
using Testing.Servers;

namespace Faults.Tests.Crowd;

/// <summary>What the readers of one scenario experienced.</summary>
public sealed class Diary
{
    private readonly ConcurrentQueue<(DateTime Asked, DateTime At, double Milliseconds, int Attempts)> _acknowledged = [];
    private readonly ConcurrentQueue<(DateTime At, string Replica, string How)> _failed = [];
    private readonly ConcurrentQueue<string> _wrong = [];
    private int _count;

    public int Count => Volatile.Read(ref _count);

    /// <summary>Answers that break a promise, in words.</summary>
    public IReadOnlyCollection<string> Wrongs => _wrong;

    /// <param name="asked">When the request that was acknowledged was sent.</param>
    /// <param name="took">All requests for this vote together.</param>
    public void Acknowledged(DateTime asked, TimeSpan took, int attempts)
    {
        _acknowledged.Enqueue((asked, DateTime.UtcNow, took.TotalMilliseconds, attempts));
        Interlocked.Increment(ref _count);
    }

    public void Failed(ServiceProcess replica, string how) => _failed.Enqueue((DateTime.UtcNow, replica.Name, how));

    public void Wrong(string what) => _wrong.Enqueue(what);

    /// <summary>How often no answer or a refusal came since then; <paramref name="how"/> is a status or an exception's name.</summary>
    public int Failures(DateTime since, string? how = null) =>
        _failed.Count(failed => failed.At >= since && (how is null || failed.How == how));

    /// <summary>How many requests sent since then were acknowledged so far.</summary>
    public int AcknowledgedOfThoseSent(DateTime since) => _acknowledged.Count(vote => vote.Asked >= since);

    public int MostAttempts(DateTime since) =>
        _acknowledged.Where(vote => vote.At >= since).Select(vote => vote.Attempts).DefaultIfEmpty().Max();

    /// <summary>Votes acknowledged in that time, and the 99th percentile of their duration in milliseconds, retries included.</summary>
    public (int Votes, double P99) Between(DateTime since, DateTime until)
    {
        var times = _acknowledged.Where(vote => vote.At >= since && vote.At <= until).Select(vote => vote.Milliseconds).Order().ToList();
        return (times.Count, times.Count == 0 ? 0 : times[(int)((times.Count - 1) * 0.99)]);
    }

    public string Summary =>
        $"{Count} votes, {_failed.Count} without answer ({string.Join(", ", _failed.GroupBy(f => $"{f.Replica} {f.How}").Select(g => $"{g.Key}: {g.Count()}"))}), at most {MostAttempts(DateTime.MinValue)} attempts";
}
