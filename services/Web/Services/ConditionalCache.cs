using System.Collections.Concurrent;
using System.Net.Http.Headers;

namespace Web.Services;

/// <summary>
/// What Catalog answered lately, with its tag. Each use asks Catalog whether it still stands, so that an edit shows at once; what is saved
/// is the reading, sending and parsing of the same text, most of what a page cost. Being told of edits by messages was rejected: Web would
/// need the bus, and would show old pages for as long as a message is late or lost.
/// </summary>
internal sealed class ConditionalCache(TimeProvider timeProvider)
{
    // A few kilobytes each.
    private const int Most = 256;

    // Versions only grow, except in a catalog restored from a backup: an answer from before the restore must not return forever.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, Answer> _answers = new();

    private sealed record Answer(EntityTagHeaderValue Tag, object Value, long At);

    /// <returns>The tag and the value to be asked about, or null if nothing is worth asking about.</returns>
    public (EntityTagHeaderValue Tag, T Value)? Of<T>(string path)
        where T : class =>
        _answers.TryGetValue(path, out var answer) && timeProvider.GetElapsedTime(answer.At) < Longest && answer.Value is T value
            ? (answer.Tag, value)
            : null;

    public void Keep(string path, EntityTagHeaderValue tag, object value)
    {
        // It matters little which are evicted: frequent ones return at once.
        if (_answers.Count >= Most && !_answers.ContainsKey(path))
            _answers.Clear();
        _answers[path] = new Answer(tag, value, timeProvider.GetTimestamp());
    }
}
