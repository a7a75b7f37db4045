using Hosting.Configuration;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Standalone;

/// <summary>
/// Editors' tokens for one's own machine: <c>editor-token NAME</c> prints one, signed with a key that is stored in the data folder. An
/// account that can read that folder can edit anyway. Configure <c>Authentication__Schemes__Bearer__…</c> to use an identity provider
/// instead.
/// </summary>
internal static partial class EditorTokens
{
    private const string Name = "standalone";

    public static readonly string Usage =
        $"  {CommandLine.Self} editor-token NAME [--Data=FOLDER]    prints a token with which an editor of that name signs in at /admin\n";

    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(12);

    /// <returns>The exit code.</returns>
    public static int Print(string[] args)
    {
        if (CommandLine.AsksForHelp(args))
        {
            Console.Write(Usage);
            return 0;
        }

        var settings = new ConfigurationBuilder()
            .AddEnvironmentVariables()
            .AddCommandLine([.. args.Skip(1).Where(arg => arg.StartsWith('-') || arg.Contains('=', StringComparison.Ordinal))])
            .Build();
        var editor = args.Skip(1).FirstOrDefault(arg => !arg.StartsWith('-') && !arg.Contains('=', StringComparison.Ordinal));
        if (string.IsNullOrWhiteSpace(editor))
        {
            Console.Error.WriteLine("Say who edits, as the history will name them: editor-token NAME [--Data=FOLDER]");
            return 1;
        }

        string key;
        try
        {
            key = Keys.InFile(Path.Combine(EmbeddedParts.DataFolder(settings), "editors.key"));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"The editors' key can't be read. {unreadable.Message}");
            return 1;
        }

        Console.WriteLine(
            new JsonWebTokenHandler().CreateToken(
                new SecurityTokenDescriptor
                {
                    Issuer = Name,
                    Audience = Name,
                    Claims = new Dictionary<string, object> { ["sub"] = editor, ["role"] = (string[])["editor", "moderator"] },
                    Expires = DateTime.UtcNow + Lifetime,
                    SigningCredentials = new SigningCredentials(
                        new SymmetricSecurityKey(Convert.FromBase64String(key)),
                        SecurityAlgorithms.HmacSha256
                    ),
                }
            )
        );
        return 0;
    }

    /// <summary>The settings by which Catalog accepts these tokens; none when something else is configured.</summary>
    public static IEnumerable<KeyValuePair<string, string?>> Settings(IConfiguration configuration, string data)
    {
        const string Bearer = "Authentication:Schemes:Bearer";
        return configuration.GetSection(Bearer).GetChildren().Any()
            ? []
            : new Dictionary<string, string?>
            {
                [$"{Bearer}:ValidIssuer"] = Name,
                [$"{Bearer}:ValidAudiences:0"] = Name,
                [$"{Bearer}:SigningKeys:0:Issuer"] = Name,
                [$"{Bearer}:SigningKeys:0:Value"] = Keys.InFile(Path.Combine(data, "editors.key")),
            };
    }

    public static void SayHowToEdit(this WebApplication app)
    {
        if (app.Configuration["Authentication:Schemes:Bearer:ValidIssuer"] == Name)
            app.Lifetime.ApplicationStarted.Register(() =>
                HowToEdit(app.Logger, $"{CommandLine.Self} editor-token YOUR-NAME --Data={EmbeddedParts.DataFolder(app.Configuration)}")
            );
    }

    [LoggerMessage(8001, LogLevel.Information, "Editors sign in at /admin with the token that this prints: {Command}")]
    private static partial void HowToEdit(ILogger logger, string command);
}
