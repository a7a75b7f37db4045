namespace Hosting;

public static class Deadlines
{
    /// <summary>Canceled with this token, or when the time has passed; to be disposed of.</summary>
    public static CancellationTokenSource WithTimeout(this CancellationToken cancellationToken, TimeSpan timeout)
    {
        var source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        source.CancelAfter(timeout);
        return source;
    }
}
