using System.Security.Cryptography;
using System.Text;
using Hosting.Configuration;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Web.Pages;
using Web.Requests;
using Web.Services;

namespace Web.Editors;

/// <summary>
/// Signing in with an identity provider (OpenID Connect, authorization code with PKCE), when <c>Authentication:Schemes:OpenIdConnect</c>
/// names one. What comes of it is the same bearer token in the same cookie as without: Catalog and Newsletter judge it, and Web still
/// trusts nothing.
/// </summary>
internal static partial class Provider
{
    private const string Section = "Authentication:Schemes:OpenIdConnect";

    // The handler insists on a scheme to sign in to afterwards. It never comes to that: see FinishAsync.
    private const string Nobody = "nobody";

    /// <exception cref="SettingException">A provider is named, but not how this site is known to it.</exception>
    public static void AddProvider(this WebApplicationBuilder builder)
    {
        var settings = builder.Configuration.GetSection(Section);
        if (!settings.GetChildren().Any())
            return;
        _ = builder.Configuration.Required($"{Section}:Authority", "https://login.example/realms/verdicts");
        _ = builder.Configuration.Required($"{Section}:ClientId", "verdicts");
        var secret = builder.Configuration.Required($"{Section}:ClientSecret", "what the provider gave for this client");
        var idToken = builder.Configuration["Editors:Token"] switch
        {
            null or "" or "access" => false,
            "id" => true,
            var other => throw new SettingException("Editors:Token", $"'{other}' is neither access nor id"),
        };
        builder
            .Services.AddAuthentication()
            .AddCookie(Nobody)
            .AddOpenIdConnect(oidc =>
            {
                oidc.ResponseType = OpenIdConnectResponseType.Code;
                // Not form_post: a form from another site brings no cookie along, unless it may be sent everywhere.
                oidc.ResponseMode = OpenIdConnectResponseMode.Query;
                oidc.UsePkce = true;
                oidc.MapInboundClaims = false;
                oidc.CallbackPath = "/admin/signed-in";
                oidc.CorrelationCookie.SameSite = oidc.NonceCookie.SameSite = SameSiteMode.Lax;
                oidc.CorrelationCookie.SecurePolicy = oidc.NonceCookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
                oidc.DataProtectionProvider = new SecretProtector(Encoding.UTF8.GetBytes(secret), []);
                oidc.SignInScheme = Nobody;
                oidc.Events.OnTokenResponseReceived = received =>
                {
                    received.Properties!.StoreTokens(
                        [
                            new()
                            {
                                Name = "editor",
                                Value =
                                    (idToken ? received.TokenEndpointResponse.IdToken : received.TokenEndpointResponse.AccessToken) ?? "",
                            },
                        ]
                    );
                    return Task.CompletedTask;
                };
                oidc.Events.OnTicketReceived = FinishAsync;
                oidc.Events.OnRemoteFailure = async failed =>
                {
                    failed.HandleResponse();
                    Failed(Log(failed.HttpContext), failed.Failure?.Message);
                    await SignIn
                        .Ask(failed.HttpContext, "The sign-in was not completed. Please try again.")
                        .ExecuteAsync(failed.HttpContext);
                };
            });
    }

    public static bool Configured(HttpContext context) =>
        context.RequestServices.GetRequiredService<IConfiguration>().GetSection(Section).GetChildren().Any();

    public static IResult Challenge(HttpContext context) =>
        Configured(context)
            ? TypedResults.Challenge(
                new AuthenticationProperties { RedirectUri = SignIn.BackTo(context.Request.Query["return"]) },
                [OpenIdConnectDefaults.AuthenticationScheme]
            )
            : Page.NotFound(context);

    // The provider said who it is; whether that is an editor, Catalog says.
    private static async Task FinishAsync(TicketReceivedContext received)
    {
        received.HandleResponse();
        var context = received.HttpContext;
        var token = received.Properties!.GetTokenValue("editor");
        var result =
            !EditorSession.Fits(token)
                ? SignIn.Ask(context, "The identity provider’s token can’t be used here: it is not a JWT, or it is too large for a cookie.")
            : await context.RequestServices.GetRequiredService<EditorClient>().EditsAsync(token!, "", context.RequestAborted)
                is
                (null, var status)
                ? SignIn.AskAgain(context, status)
            : null;
        if (result is null)
        {
            EditorSession.SignIn(context, token);
            result = Page.SeeOther(context, SignIn.BackTo(received.ReturnUri));
        }

        await result.ExecuteAsync(context);
    }

    private static ILogger Log(HttpContext context) =>
        context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger("Web.Editors.Provider");

    [LoggerMessage(6010, LogLevel.Warning, "A sign-in with the identity provider failed: {Problem}")]
    private static partial void Failed(ILogger logger, string? problem);

    /// <summary>
    /// Seals what a sign-in carries to the provider and back (state and nonce) with a key made of the client's secret, which every replica
    /// has and which outlives a restart: keys of Web's own would have to be kept somewhere, and Web keeps nothing.
    /// </summary>
    private sealed class SecretProtector(byte[] secret, byte[] purpose) : IDataProtector
    {
        private const int Nonce = 12,
            Mark = 16;
        private readonly byte[] _key = HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, 32, info: purpose);

        public IDataProtector CreateProtector(string name) => new SecretProtector(secret, [.. purpose, 0, .. Encoding.UTF8.GetBytes(name)]);

        public byte[] Protect(byte[] plaintext)
        {
            var sealedBytes = new byte[Nonce + Mark + plaintext.Length];
            RandomNumberGenerator.Fill(sealedBytes.AsSpan(0, Nonce));
            using var aes = new AesGcm(_key, Mark);
            aes.Encrypt(sealedBytes.AsSpan(0, Nonce), plaintext, sealedBytes.AsSpan(Nonce + Mark), sealedBytes.AsSpan(Nonce, Mark));
            return sealedBytes;
        }

        public byte[] Unprotect(byte[] protectedData)
        {
            if (protectedData.Length < Nonce + Mark)
                throw new CryptographicException("Too short.");
            var plain = new byte[protectedData.Length - Nonce - Mark];
            using var aes = new AesGcm(_key, Mark);
            aes.Decrypt(protectedData.AsSpan(0, Nonce), protectedData.AsSpan(Nonce + Mark), protectedData.AsSpan(Nonce, Mark), plain);
            return plain;
        }
    }
}
