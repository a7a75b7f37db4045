using Hosting.Limits;

namespace Web.Services;

/// <summary>First votes at Voting's gate in the last 24 hours; members as of Voting's API.</summary>
public sealed record GateFigures(DateTimeOffset Since, long Counted, long Held, long Asked, AskedFor AskedFor);

/// <param name="Tool">First votes on one tool from one network.</param>
/// <param name="Network">New voters from a network that day.</param>
/// <param name="Address">New voters from an address that hour.</param>
public sealed record AskedFor(long Tool, long Network, long Address);

/// <summary>A tool whose maker was found to have it flooded.</summary>
public sealed record FloodNotice(string Tool, long Votes, DateTimeOffset At, DateTimeOffset Until);

/// <summary>
/// Reads what pages say of the gate and of floods, once a minute for all of them. A page is shown without it when Voting does not answer.
/// </summary>
internal sealed class IntegrityReader(IHttpClientFactory clients, Timeouts timeouts, TimeProvider timeProvider)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);

    private readonly SharedResult<GateFigures?> _gate = new(Fresh, timeProvider, () => ReadAsync<GateFigures>(clients, timeouts, "gate"));
    private readonly SharedResult<List<FloodNotice>?> _notices = new(
        Fresh,
        timeProvider,
        () => ReadAsync<List<FloodNotice>>(clients, timeouts, "notices")
    );

    /// <returns>Null when Voting does not answer.</returns>
    public Task<GateFigures?> GateAsync() => OrNullAsync(_gate);

    /// <returns>The notice that the tool carries, if any.</returns>
    public async Task<FloodNotice?> NoticeAsync(string tool) =>
        (await OrNullAsync(_notices))?.Find(notice => notice.Tool == tool && notice.Until > timeProvider.GetUtcNow());

    private static async Task<T?> OrNullAsync<T>(SharedResult<T?> result)
        where T : class
    {
        try
        {
            return await result.GetAsync();
        }
        catch (ServiceUnavailableException)
        {
            return null;
        }
    }

    private static Task<T?> ReadAsync<T>(IHttpClientFactory clients, Timeouts timeouts, string what)
        where T : class =>
        clients.CreateClient("Voting").ReadAsync<T>("Voting", $"api/moderation/{what}", timeouts.Live, CancellationToken.None);
}
