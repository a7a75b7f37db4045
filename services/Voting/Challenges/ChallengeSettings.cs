using Hosting.Configuration;

namespace Voting.Challenges;

/// <param name="Cost">Iterations of PBKDF2 that an answer takes on average; twice as many at most.</param>
internal sealed record ChallengeSettings(int Cost)
{
    /// <exception cref="SettingException">The value is malformed.</exception>
    public static ChallengeSettings From(IConfiguration configuration) =>
        // About 0.3 s on a desktop and 2 s on an old phone.
        new(configuration.Whole("Quota:ChallengeCost", 500_000, least: 1000, most: 50_000_000));
}
