using Contracts.Log;
using Hosting.Configuration;

namespace Voting.Log;

/// <summary>Somebody else who is asked to sign the log's checkpoints.</summary>
/// <param name="Url">Ends in a slash; <c>add-checkpoint</c> is below it.</param>
internal sealed record WitnessSettings(VerifierKey Key, Uri Url)
{
    private const string Section = "Log:Witnesses";

    /// <exception cref="SettingException">A witness lacks its key or address, or one of them is malformed.</exception>
    public static IReadOnlyList<WitnessSettings> From(IConfiguration configuration) =>
        [.. configuration.GetSection(Section).GetChildren().Select(witness => Read(configuration, witness.Path))];

    private static WitnessSettings Read(IConfiguration configuration, string path)
    {
        var vkey = configuration.Required($"{path}:Key", "the witness's public key, name+id+base64");
        return VerifierKey.TryParse(vkey, out var key) && key.Type == VerifierKey.Cosignature
            ? new WitnessSettings(key, configuration.RequiredAddress($"{path}:Url"))
            : throw new SettingException($"{path}:Key", "is not a witness's public key, name+id+base64");
    }
}
