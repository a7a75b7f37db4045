using Hosting.Configuration;

namespace Voting.Quota;

/// <summary>How many first votes from one network are counted at once.</summary>
/// <param name="PerTool">First votes a day on one tool from one IPv4 address or IPv6 /64. Networks around it have multiples of it
/// (<see cref="NetworkWidths"/>).</param>
/// <param name="PerAddressHourly">New voters an hour from one IPv4 address or one IPv6 /64: a home, an office, a class that comes at
/// once.</param>
/// <param name="PerNetworkDaily">New voters a day from the IPv4 /24 or IPv6 /48 around it: a campus, a provider's neighborhood.</param>
internal sealed record QuotaSettings(bool Enabled, int PerTool, int PerAddressHourly, int PerNetworkDaily)
{
    /// <exception cref="SettingException">A value is malformed.</exception>
    public static QuotaSettings From(IConfiguration configuration) =>
        new(
            configuration.Switch("Quota:Enabled", standard: true),
            configuration.Whole("Quota:PerTool", 3),
            configuration.Whole("Quota:PerAddressHourly", 20),
            configuration.Whole("Quota:PerNetworkDaily", 200)
        );
}
