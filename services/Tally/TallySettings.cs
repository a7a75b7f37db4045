using System.Globalization;
using Hosting;

namespace Tally;

/// <summary>The service's own settings; the README says what each is for.</summary>
internal sealed record TallySettings(
    TimeSpan Reconcile, TimeSpan History, TimeSpan PushInterval, TimeSpan StuckAfter, TimeSpan Heartbeat, TimeSpan Drain)
{
    /// <exception cref="SettingException">A value is no number or outside its range.</exception>
    public static TallySettings From(IConfiguration configuration, bool inMemory) => new(
        Seconds(configuration, "Tally:ReconcileSeconds", 5, 0.1, 3600),
        Seconds(configuration, "Tally:HistorySeconds", 2, 0.1, 3600),
        TimeSpan.FromSeconds(1 / Number(configuration, "Tally:PushesPerSecond", 10, 0.1, 1000)),
        Seconds(configuration, "Tally:StuckSeconds", 30, 0.1, 3600),
        Seconds(configuration, "Tally:HeartbeatSeconds", 20, 0.2, 3600),
        Seconds(configuration, "Tally:DrainSeconds", inMemory ? 0 : 5, 0, 20));

    private static TimeSpan Seconds(IConfiguration configuration, string setting, double standard, double least, double most) =>
        TimeSpan.FromSeconds(Number(configuration, setting, standard, least, most));

    private static double Number(IConfiguration configuration, string setting, double standard, double least, double most)
    {
        if (configuration[setting] is not { Length: > 0 } value)
            return standard;
        return double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new SettingException(setting, string.Create(CultureInfo.InvariantCulture, $"'{value}' is not a number from {least} to {most}"));
    }
}
