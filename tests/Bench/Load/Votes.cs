namespace Bench.Load;

/// <summary>Prepared votes of voters who are all new, handed out one by one to whichever connection asks.</summary>
/// <param name="again">Starts over after the last, for a server that stores nothing. Where votes are stored the same voters again would
/// change nothing and flatter the figure.</param>
internal sealed class Votes(Tokens tokens, IReadOnlyList<string> tools, int count, bool again = false)
{
    private readonly byte[][] _requests = Prepare(tokens, tools, count);
    private int _next = -1;

    public byte[] Next()
    {
        var n = Interlocked.Increment(ref _next);
        if (again)
            n %= _requests.Length;
        return n < _requests.Length
            ? _requests[n]
            : throw new InvalidOperationException($"{_requests.Length} prepared votes were not enough.");
    }

    private static byte[][] Prepare(Tokens tokens, IReadOnlyList<string> tools, int count)
    {
        var requests = new byte[count][];
        Parallel.For(0, count, n => requests[n] = tokens.Vote(tools[n % tools.Count], n % 3 == 0 ? "skip" : "ship"));
        return requests;
    }
}
