using System.CommandLine;
using Hosting.Configuration;
using Hosting.Identity;

namespace Operator.Tokens;

/// <summary>
/// <c>token editor NAME</c>: a token for the editors' desk of a site without an identity provider. Printed, and stored nowhere.
/// </summary>
internal static class TokenCommands
{
    private sealed record Facts(string Token, DateTimeOffset ExpiresAt);

    public static Command Make()
    {
        var name = new Argument<string>("name") { Description = "Who edits, as the history will name them." };
        var hours = new Option<int>("--hours") { Description = "How long it is good.", DefaultValueFactory = _ => 12 };
        hours.Validators.Add(given =>
        {
            if (given.GetValueOrDefault<int>() is < 1 or > 24 * 31)
                given.AddError("--hours takes 1 to 744.");
        });
        var moderates = new Option<bool>("--moderator") { Description = "Good for deciding on held votes too." };
        var editor = new Command(
            "editor",
            "Print a token with which NAME signs in at /admin. Needs the editors' private key: "
                + $"{EditorKeys.PrivateSetting.Replace(":", "__", StringComparison.Ordinal)}."
        )
        {
            name,
            hours,
            moderates,
        };
        editor.Does(
            (parsed, _) =>
            {
                var expires = DateTimeOffset.UtcNow.AddHours(parsed.GetValue(hours));
                var key = Site.Configuration()
                    .Required(EditorKeys.PrivateSetting, "a private key in PEM, as make-secrets writes it to operator/");
                return Task.FromResult(
                    new Findings(
                        true,
                        new Facts(EditorKeys.TokenFor(parsed.GetRequiredValue(name), key, expires, parsed.GetValue(moderates)), expires),
                        [],
                        Judges: false
                    )
                );
            },
            findings => Console.WriteLine(((Facts)findings.Facts).Token)
        );
        return new Command("token", "Tokens for a site that has no identity provider.") { editor };
    }
}
