using System.Text.RegularExpressions;

namespace Manifests.Tests;

/// <summary>Whether a setting is listed in SETTINGS.md of the service it is given to, or in that of every process.</summary>
internal static partial class Documented
{
    public static bool By(string service, string setting)
    {
        var texts = new[] { $"services/{Repository.Title(service)}/SETTINGS.md", "services/Hosting/SETTINGS.md" }.Select(Repository.Read);
        // Documents write A__B or A:B, a list by its first place, and a row's later settings by their last part alone
        // (`:ValidAudiences:0`).
        var name = Place().Replace(setting, "__0");
        return texts.Any(text => Mentions(text, name)) || (name.Contains("__", StringComparison.Ordinal) && InOneRow(texts, name));
    }

    private static bool Mentions(string text, string name) =>
        text.Contains($"`{name}`", StringComparison.Ordinal)
        || text.Contains($"`{name.Replace("__", ":", StringComparison.Ordinal)}`", StringComparison.Ordinal)
        || text.Contains($"`{name.Replace("__", ":", StringComparison.Ordinal)}…`", StringComparison.Ordinal);

    private static bool InOneRow(IEnumerable<string> texts, string name)
    {
        var parts = name.Split("__");
        var rows = texts.SelectMany(text => text.Split('\n')).Where(row => row.StartsWith('|'));
        return rows.Any(row =>
            Enumerable
                .Range(1, parts.Length - 1)
                .Any(cut =>
                    row.Contains($"`{string.Join(':', parts[..cut])}:", StringComparison.Ordinal)
                    && row.Contains($"`:{string.Join(':', parts[cut..])}`", StringComparison.Ordinal)
                )
        );
    }

    [GeneratedRegex("__[0-9]+")]
    private static partial Regex Place();
}
