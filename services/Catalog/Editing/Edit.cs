using Catalog.Publishing;
using Catalog.Store;
using Hosting.Identity;

namespace Catalog.Editing;

/// <summary>What every edit needs: the store, the clock, who edits, and the relay to wake after the commit.</summary>
internal sealed class Edit(CatalogStore store, Relay relay, TimeProvider timeProvider, IHttpContextAccessor accessor, ILogger<Edit> logger)
{
    private readonly List<(string Kind, string Slug)> _recorded = [];

    public HttpContext Context => accessor.HttpContext!;

    public string Editor => EditorAccess.NameOf(Context);

    /// <summary>To the millisecond, as it is kept: an answer must not differ from what the next GET shows.</summary>
    public DateTime Now
    {
        get
        {
            var now = timeProvider.GetUtcNow().UtcDateTime;
            return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMillisecond));
        }
    }

    /// <summary>Runs the edit in its transaction; after the commit, and never before, the other services hear of it.</summary>
    public async Task<T> RunAsync<T>(Func<CatalogWriter, Task<T>> edit)
    {
        var answer = await store.EditAsync(edit, Context.RequestAborted);
        if (_recorded.Count > 0)
            relay.Wake();
        // The editor's name stays in the history: it may be a mail address.
        foreach (var (kind, slug) in _recorded)
            Log.Edited(logger, kind, slug);
        return answer;
    }

    public async Task RecordAsync(CatalogWriter catalog, DateTime at, string kind, string slug, object? previous, object? next)
    {
        await catalog.RecordAsync(at, Editor, kind, slug, previous, next);
        _recorded.Add((kind, slug));
    }
}
