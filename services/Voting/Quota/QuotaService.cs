using System.Data.Common;
using Hosting.Configuration;
using Voting.Ledger;

namespace Voting.Quota;

/// <summary>Wires the gate that first votes pass.</summary>
internal static class QuotaService
{
    /// <exception cref="SettingException">A setting is malformed.</exception>
    public static void AddQuota(this IHostApplicationBuilder builder, DbDataSource source)
    {
        var settings = QuotaSettings.From(builder.Configuration);
        builder.Services.AddSingleton(services => new CohortStore(source, services.GetRequiredService<VoteLedger>()));
        builder.Services.AddSingleton(services => new GateFigures(
            source,
            services.GetRequiredService<VoteLedger>(),
            services.GetRequiredService<TimeProvider>()
        ));
        builder.Services.AddSingleton(settings);
        builder.Services.AddHostedService<GateFiguresWriter>();
        builder.Services.AddSingleton(services => new VoteGate(
            settings,
            new KnownVoters(services.GetRequiredService<VoteLedger>()),
            services.GetRequiredService<CohortStore>(),
            services.GetRequiredService<GateFigures>(),
            services.GetRequiredService<TimeProvider>()
        ));
        builder.Services.AddHostedService<CohortFollower>();
    }
}
