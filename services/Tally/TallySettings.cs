using Hosting.Configuration;

namespace Tally;

/// <summary>The service's own settings; SETTINGS.md says what each is for.</summary>
internal sealed record TallySettings(
    TimeSpan Reconcile,
    TimeSpan History,
    TimeSpan PushInterval,
    TimeSpan StuckAfter,
    TimeSpan Heartbeat,
    TimeSpan Drain
)
{
    /// <exception cref="SettingException">A value is no number or outside its range.</exception>
    public static TallySettings From(IConfiguration configuration, bool inMemory) =>
        new(
            configuration.Seconds("Tally:ReconcileSeconds", 5, 0.1, 3600),
            configuration.Seconds("Tally:HistorySeconds", 2, 0.1, 3600),
            TimeSpan.FromSeconds(1 / configuration.Number("Tally:PushesPerSecond", 10, 0.1, 1000)),
            configuration.Seconds("Tally:StuckSeconds", 30, 0.1, 3600),
            configuration.Seconds("Tally:HeartbeatSeconds", 20, 0.2, 3600),
            configuration.Seconds("Tally:DrainSeconds", inMemory ? 0 : 5, 0, 20)
        );
}
