using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Hosting.Configuration;

/// <summary>A setting is missing or malformed: the start stops, with one line that names it.</summary>
public sealed class SettingException(string setting, string problem)
    : Exception($"Setting {setting.Replace(":", "__", StringComparison.Ordinal)}: {problem}");

public static class Settings
{
    /// <exception cref="SettingException">The setting is absent or empty.</exception>
    public static string Required(this IConfiguration configuration, string setting, string example) =>
        configuration[setting] is { Length: > 0 } value
            ? value
            : throw new SettingException(setting, $"is missing; give it a value such as {example}");

    /// <returns>The keys of a list that rotates, newest first.</returns>
    /// <exception cref="SettingException">One is not 32 bytes in base64. The value is never repeated.</exception>
    public static IReadOnlyList<byte[]> Keys(this IConfiguration configuration, string section) =>
        [
            .. configuration
                .GetSection(section)
                .GetChildren()
                .OrderBy(key => int.TryParse(key.Key, out var place) ? place : int.MaxValue)
                // A place may be listed before there is a key for it.
                .Where(key => key.Value is { Length: > 0 })
                .Select(key => Key(key.Path, key.Value)),
        ];

    /// <exception cref="SettingException">The value is not 32 bytes in base64. It is never repeated.</exception>
    public static byte[] Key(string setting, string? value)
    {
        var key = new byte[32];
        return value is not null && Convert.TryFromBase64String(value, key, out var length) && length == key.Length
            ? key
            : throw new SettingException(setting, "is not exactly 32 bytes in base64");
    }

    /// <summary>The site is served at the root of its host: its pages, cookies and links name paths from there.</summary>
    /// <exception cref="SettingException">An address to listen on has a path, or a path base is set.</exception>
    public static void RefusePathBase(IConfiguration configuration)
    {
        foreach (
            var url in (configuration["urls"] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        )
            if (HasPath(url))
                throw new SettingException("urls", $"'{url}' has a path; the site is served at the root of its host");
        if (configuration["PathBase"] is { Length: > 0 } and not "/")
            throw new SettingException("PathBase", "is not supported; the site is served at the root of its host");
    }

    /// <exception cref="SettingException">The value is neither true nor false.</exception>
    public static bool Switch(this IConfiguration configuration, string setting, bool standard) =>
        configuration[setting] is not { Length: > 0 } value ? standard
        : bool.TryParse(value, out var on) ? on
        : throw new SettingException(setting, $"'{value}' is neither true nor false");

    /// <exception cref="SettingException">The value is not a whole number in the range.</exception>
    public static int Whole(this IConfiguration configuration, string setting, int standard, int least = 1, int most = 1_000_000) =>
        configuration[setting] is not { Length: > 0 } value ? standard
        : int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number
        : throw new SettingException(
            setting,
            string.Create(CultureInfo.InvariantCulture, $"'{value}' is not a whole number from {least} to {most}")
        );

    /// <exception cref="SettingException">The value is not a number in the range.</exception>
    public static double Number(this IConfiguration configuration, string setting, double standard, double least, double most) =>
        configuration[setting] is not { Length: > 0 } value ? standard
        : double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
        : throw new SettingException(
            setting,
            string.Create(CultureInfo.InvariantCulture, $"'{value}' is not a number from {least} to {most}")
        );

    /// <exception cref="SettingException">The value is not a number of seconds in the range.</exception>
    public static TimeSpan Seconds(this IConfiguration configuration, string setting, double standard, double least, double most) =>
        TimeSpan.FromSeconds(configuration.Number(setting, standard, least, most));

    /// <returns>One address, or one for each replica where nothing in front of them balances: <c>http://a:5102;http://b:5102</c>. Each ends
    /// in a slash.</returns>
    /// <exception cref="SettingException">The setting is absent, or a part of it no absolute http(s) address.</exception>
    public static IReadOnlyList<Uri> RequiredAddresses(this IConfiguration configuration, string setting) =>
        configuration
            .Required(setting, "http://127.0.0.1:5101")
            .Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(value =>
                Uri.TryCreate(value, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
                    ? new Uri(address.AbsoluteUri.TrimEnd('/') + '/')
                    : throw new SettingException(setting, $"'{value}' is not an absolute http or https address")
            )
            .ToList();

    /// <exception cref="SettingException">The setting is absent or not exactly one absolute http(s) address.</exception>
    public static Uri RequiredAddress(this IConfiguration configuration, string setting) =>
        configuration.RequiredAddresses(setting) is [var address] ? address : throw new SettingException(setting, "must be one address");

    // Kestrel's sockets, as in http://unix:/run/web.sock, are paths without being one.
    private static bool HasPath(string url) =>
        url.IndexOf("://", StringComparison.Ordinal) is >= 0 and var scheme
        && url[(scheme + 3)..] is var rest
        && !rest.StartsWith("unix:", StringComparison.OrdinalIgnoreCase)
        && !rest.StartsWith("pipe:", StringComparison.OrdinalIgnoreCase)
        && rest.TrimEnd('/').Contains('/', StringComparison.Ordinal);
}
