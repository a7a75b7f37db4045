using System.Data.Common;
using Hosting.Configuration;
using Voting.Voters;

namespace Voting.Challenges;

internal static class ChallengesService
{
    /// <param name="source">The ledger's database.</param>
    /// <exception cref="SettingException">A setting is malformed.</exception>
    public static void AddChallenges(this IHostApplicationBuilder builder, DbDataSource source)
    {
        var settings = ChallengeSettings.From(builder.Configuration);
        builder.Services.AddSingleton(services =>
        {
            var timeProvider = services.GetRequiredService<TimeProvider>();
            return new ProofOfWork(
                services.GetRequiredService<VoterKeys>(),
                settings,
                new SpentChallenges(source, timeProvider),
                timeProvider
            );
        });
    }
}
