using System.Globalization;
using Hosting.Configuration;

namespace Operator.Asking;

/// <summary>
/// How many replicas of each service there should be: the settings <c>Replicas__Voting</c> and so on; <c>--replicas voting=2</c> wins.
/// </summary>
internal static class ExpectedReplicas
{
    private const string Prefix = "Replicas__";

    /// <returns>Numbers by service, in lower case.</returns>
    /// <exception cref="SettingException">A number is malformed.</exception>
    /// <exception cref="UnusableException">An option is not of the form service=number.</exception>
    public static IReadOnlyDictionary<string, int> Read(IEnumerable<string> options)
    {
        var expected = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        foreach (System.Collections.DictionaryEntry setting in Environment.GetEnvironmentVariables())
        {
            if (setting is { Key: string key, Value: string value } && key.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
                expected[key[Prefix.Length..]] = Number(value) ?? throw new SettingException(key, $"'{value}' is not a number of replicas");
        }

        foreach (var option in options)
        {
            var parts = option.Split('=');
            expected[parts[0]] =
                parts.Length == 2 && Number(parts[1]) is { } number
                    ? number
                    : throw new UnusableException($"--replicas '{option}' is not of the form voting=2.");
        }

        return expected;
    }

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
