namespace Webhooks.Sending;

/// <summary>How one attempt ended.</summary>
/// <param name="Status">What the receiver answered, if it did.</param>
/// <param name="Problem">Why it does not count as delivered; null when it does.</param>
/// <param name="RetryAfter">How long the receiver asked to be left alone.</param>
internal sealed record Attempt(int? Status, string? Problem, TimeSpan? RetryAfter = null)
{
    public bool IsDelivered => Problem is null;

    /// <summary>The receiver wants nothing more, ever.</summary>
    public bool IsGone => Status == 410;

    /// <summary>The address is inside a network.</summary>
    public bool IsRefused { get; init; }
}
