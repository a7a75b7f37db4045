using Hosting.Http;
using Hosting.Limits;
using Hosting.Observability;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Hosting.Identity;

/// <summary>
/// What the editors' identity provider publishes: its issuer and keys. While that is unavailable, its tokens are answered 503 and not 401,
/// since nobody knows whether they are good; those signed by the operator's key verify as ever. The framework's own way was rejected: it
/// asks the provider again for every request, each waiting for the one before.
/// </summary>
internal sealed partial class IdentityProvider : IConfigurationManager<OpenIdConnectConfiguration>
{
    /// <summary>How long the provider may take to answer, and how long its silence is taken for granted.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly OpenIdConnectConfiguration Unknown = new();
    private readonly IConfigurationManager<OpenIdConnectConfiguration> _provider;
    private readonly SharedResult<OpenIdConnectConfiguration> _latest;
    private readonly ILogger<IdentityProvider> _logger;
    private readonly Outage _outage;

    public IdentityProvider(
        IConfigurationManager<OpenIdConnectConfiguration> provider,
        TimeProvider timeProvider,
        ILogger<IdentityProvider> logger
    )
    {
        (_provider, _logger, _outage) = (provider, logger, new Outage(timeProvider));
        _latest = new(Patience, timeProvider, AskAsync);
    }

    /// <returns>Without issuer and keys while the provider is unavailable.</returns>
    public Task<OpenIdConnectConfiguration> GetConfigurationAsync(CancellationToken cancel) => _latest.GetAsync().WaitAsync(cancel);

    public void RequestRefresh() => _provider.RequestRefresh();

    /// <summary>Says that a token could not be judged, instead of that it is no good.</summary>
    public Task ChallengeAsync(JwtBearerChallengeContext challenge)
    {
        if (!_outage.IsOn || challenge.AuthenticateFailure is null)
            return Task.CompletedTask;
        challenge.HandleResponse();
        return Problems
            .Retry(
                challenge.HttpContext,
                StatusCodes.Status503ServiceUnavailable,
                "identity-provider-unavailable",
                "The identity provider can't be reached, so this sign-in could not be checked.",
                (int)Patience.TotalSeconds
            )
            .ExecuteAsync(challenge.HttpContext);
    }

    private async Task<OpenIdConnectConfiguration> AskAsync()
    {
        try
        {
            var published = await _provider.GetConfigurationAsync(CancellationToken.None);
            if (_outage.Works())
                LogBack(_logger);
            return published;
        }
        catch (InvalidOperationException error)
        {
            // The innermost says what happened; the others say that something did.
            if (_outage.Fails())
                LogUnavailable(_logger, error.GetBaseException().Message);
            return Unknown;
        }
    }

    [LoggerMessage(
        1040,
        LogLevel.Warning,
        "The identity provider is unavailable: {Problem}. Editors' tokens that it signed are answered 503"
    )]
    private static partial void LogUnavailable(ILogger logger, string problem);

    [LoggerMessage(1041, LogLevel.Information, "The identity provider is available again")]
    private static partial void LogBack(ILogger logger);
}
