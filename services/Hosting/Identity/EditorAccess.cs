using System.Text;
using Hosting.Text;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Hosting.Identity;

/// <summary>
/// Who may edit: the bearer of a JWT with the role <c>editor</c>. Issuers, audiences and keys come from the standard
/// <c>Authentication:Schemes:Bearer:*</c> settings, or the public half of the operator's key from <see cref="EditorKeys"/>; without them no
/// token is good, and everything for editors answers 401.
/// </summary>
public static class EditorAccess
{
    public const string Policy = "editor";

    /// <summary>The role, and the policy, of those who decide on held votes.</summary>
    public const string Moderators = "moderator";
    private const int LongestName = 100;

    /// <summary>Adds the scheme and the policy <see cref="Policy"/>; several services composed in one process share them.</summary>
    public static void AddEditors(this WebApplicationBuilder builder)
    {
        // Composed with others in one process, another service may have added the scheme already; a second time would throw.
        if (!builder.Services.Any(service => service.ServiceType == typeof(JwtBearerHandler)))
            builder.Services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer();
        var operators = EditorKeys.Public(builder.Configuration);
        builder
            .Services.AddOptions<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme)
            .Configure(bearer => bearer.BackchannelTimeout = IdentityProvider.Patience)
            .PostConfigure<TimeProvider, ILogger<IdentityProvider>>(
                (bearer, timeProvider, logger) =>
                {
                    Strict(bearer, operators);
                    if (bearer.ConfigurationManager is null or IdentityProvider)
                        return;
                    var provider = new IdentityProvider(bearer.ConfigurationManager, timeProvider, logger);
                    bearer.ConfigurationManager = provider;
                    bearer.Events.OnChallenge = provider.ChallengeAsync;
                }
            );
        builder
            .Services.AddAuthorizationBuilder()
            .AddPolicy(Policy, policy => Of(policy, Policy))
            .AddPolicy(Moderators, policy => Of(policy, Moderators));
    }

    private static void Of(AuthorizationPolicyBuilder policy, string role) =>
        policy.AddAuthenticationSchemes(JwtBearerDefaults.AuthenticationScheme).RequireAuthenticatedUser().RequireRole(role);

    /// <summary>Who edits, as the history keeps it.</summary>
    public static string NameOf(HttpContext context)
    {
        // An identity provider's sub is often a number; people know each other by the others.
        var name =
            ((string[])["preferred_username", "name", "unique_name", "sub"])
                .Select(claim => context.User.FindFirst(claim)?.Value)
                .FirstOrDefault(value => !string.IsNullOrWhiteSpace(value))
            ?? "editor";
        var plain = string.Concat(name.EnumerateRunes().Where(rune => !Rune.IsControl(rune))).Cut(LongestName);
        return plain.Length == 0 ? "editor" : plain;
    }

    // The validator ignores extensions that a token calls critical (RFC 7515, 4.1.11). None are understood here, so all are refused.
    private static Task RefuseCritical(TokenValidatedContext validated)
    {
        if (validated.SecurityToken is JsonWebToken token && token.TryGetHeaderValue<object>("crit", out _))
            validated.Fail("The token names critical extensions.");
        return Task.CompletedTask;
    }

    // The framework's defaults leave out the check of whatever is not configured: an audience nobody named is no reason to accept any.
    private static void Strict(JwtBearerOptions bearer, ECDsaSecurityKey? operators)
    {
        bearer.MapInboundClaims = false;
        bearer.Events ??= new JwtBearerEvents();
        bearer.Events.OnTokenValidated = RefuseCritical;
        var check = bearer.TokenValidationParameters;
        check.RoleClaimType = "role";
        check.NameClaimType = "sub";
        check.ValidateIssuer = true;
        check.ValidateAudience = true;
        check.ValidateLifetime = true;
        check.ValidateIssuerSigningKey = true;
        check.RequireSignedTokens = true;
        check.RequireExpirationTime = true;
        check.RequireAudience = true;
        check.ClockSkew = TimeSpan.FromSeconds(30);
        // Keys in the settings are symmetric; an authority's are not. Naming the algorithms keeps one kind from passing for the other.
        check.ValidAlgorithms =
            bearer.Authority is null && bearer.MetadataAddress is null
                ? [SecurityAlgorithms.HmacSha256, SecurityAlgorithms.HmacSha384, SecurityAlgorithms.HmacSha512]
                :
                [
                    SecurityAlgorithms.RsaSha256,
                    SecurityAlgorithms.RsaSsaPssSha256,
                    SecurityAlgorithms.EcdsaSha256,
                    SecurityAlgorithms.EcdsaSha384,
                ];
        if (operators is null)
            return;
        check.IssuerSigningKeys = [.. check.IssuerSigningKeys ?? [], operators];
        check.ValidIssuers = [.. check.ValidIssuers ?? [], EditorKeys.Name];
        check.ValidAudiences = [.. check.ValidAudiences ?? [], EditorKeys.Name];
        check.ValidAlgorithms = [.. check.ValidAlgorithms.Append(SecurityAlgorithms.EcdsaSha256).Distinct()];
    }
}
