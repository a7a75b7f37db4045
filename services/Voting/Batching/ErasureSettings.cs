using Hosting.Configuration;

namespace Voting.Batching;

/// <summary>How an erased voter's votes leave the public numbers.</summary>
/// <param name="Spread">
/// Within this time, each at a random moment: withdrawn together, they would tell which marks were one voter's. Zero: at once.
/// </param>
public sealed record ErasureSettings(TimeSpan Spread)
{
    private const string Setting = "Erasure:SpreadHours";

    // Pages promise that a day is the longest.
    private const int Most = 24;

    /// <exception cref="SettingException">The value is malformed.</exception>
    public static ErasureSettings From(IConfiguration configuration) =>
        new(TimeSpan.FromHours(configuration.Number(Setting, Most, 0, Most)));
}
