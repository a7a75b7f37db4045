using AnyAscii;

namespace Hosting.Text;

/// <summary>
/// Text in the letters of an address: "Jürgen" is jurgen, "Łódź" lodz, "Straße" strasse, "Яндекс" yandeks. Sorting and searching go by the
/// same letters. A library and not Unicode normalization: that leaves ß, ø and ł as they are, and needs ICU, whose absence from a machine
/// would stop every service.
/// </summary>
public static class Transliteration
{
    /// <returns>ASCII, lower case; letters of any script as they are commonly romanized.</returns>
    public static string Fold(string text) => text.Transliterate().ToLowerInvariant();
}
