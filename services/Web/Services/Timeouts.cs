using Hosting.Configuration;

namespace Web.Services;

/// <summary>How long a page waits for what it can do without: the live numbers and the reader's own votes.</summary>
internal sealed class Timeouts
{
    // Far longer than a healthy answer takes, and short enough that a frozen service is hardly felt.
    private static readonly TimeSpan Usual = TimeSpan.FromMilliseconds(500);

    /// <exception cref="SettingException"><c>Web:LiveTimeout</c> is no time span, or not a positive one.</exception>
    public Timeouts(IConfiguration configuration)
    {
        const string Setting = "Web:LiveTimeout";
        if (configuration[Setting] is not { Length: > 0 } value)
            return;
        Live =
            TimeSpan.TryParse(value, out var time) && time > TimeSpan.Zero && time < TimeSpan.FromHours(1)
                ? time
                : throw new SettingException(Setting, $"'{value}' is not a time span such as 00:00:00.5");
    }

    public TimeSpan Live { get; } = Usual;

    /// <summary>For the first answer of all: connections are opened and code is compiled on both sides.</summary>
    public TimeSpan Cold => Live * 5;
}
