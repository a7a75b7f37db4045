namespace Bench.Load;

/// <summary>Prepared votes of voters who are all new, handed out one by one to whichever connection asks.</summary>
internal sealed class Votes
{
    private readonly byte[][] _requests;
    private int _next = -1;

    public Votes(Tokens tokens, IReadOnlyList<string> tools, int count)
    {
        _requests = new byte[count][];
        Parallel.For(0, count, n => _requests[n] = tokens.Vote(tools[n % tools.Count], n % 3 == 0 ? "skip" : "ship"));
    }

    public byte[] Next()
    {
        var n = Interlocked.Increment(ref _next);
        // More than were prepared: the same voters again, which changes nothing and would flatter the figure.
        return n < _requests.Length ? _requests[n] : throw new InvalidOperationException($"{_requests.Length} prepared votes were not enough.");
    }
}
