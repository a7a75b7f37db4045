using System.Globalization;
using System.Text.Json;
using Web.Assets;
using Web.Services;

namespace Web.Embeds;

/// <summary>
/// What embeds say in one language. The same file is part of embed.js, so that a frame says the same before and after it is live.
/// </summary>
/// <param name="Point">Before the tenths. The process knows no cultures that would tell.</param>
/// <param name="Group">Between the thousands.</param>
/// <param name="Percent">A percentage; as in all of these, <c>{0}</c> and <c>{1}</c> stand for numbers or names.</param>
/// <param name="Vote1">One vote.</param>
/// <param name="Source">Whose votes they are.</param>
public sealed record EmbedWords(
    string Point,
    string Group,
    string Percent,
    string Ship,
    string Vote1,
    string Votes,
    string Likely,
    string Early,
    string None,
    string NoneCast,
    string Retired,
    string Vote,
    string Read,
    string Proof,
    string Unavailable,
    string Source,
    string Stale
)
{
    public const string Standard = "en";

    private static readonly IReadOnlyDictionary<string, EmbedWords> All = Load();

    private readonly NumberFormatInfo _numbers = new() { NumberDecimalSeparator = Point, NumberGroupSeparator = Group };

    public static IEnumerable<string> Languages => All.Keys.Order(StringComparer.Ordinal);

    public string Language { get; private init; } = Standard;

    /// <returns>Null for a language that embeds don't speak.</returns>
    public static EmbedWords? In(string language) => All.GetValueOrDefault(language);

    public string PercentOf(double percent) => string.Format(CultureInfo.InvariantCulture, Percent, percent.ToString("N1", _numbers));

    /// <param name="tally">Null while the live numbers are unavailable.</param>
    public string Caption(Tool tool, ToolTally? tally) =>
        tally switch
        {
            null => Unavailable,
            { Total: > 0, Interval: { } likely } => $"{Counted(tally.Total)}, "
                + string.Format(CultureInfo.InvariantCulture, Likely, PercentOf(likely.Low), PercentOf(likely.High)),
            _ => tool.Retired ? NoneCast : None,
        };

    private string Counted(long votes) =>
        votes == 1 ? Vote1 : string.Format(CultureInfo.InvariantCulture, Votes, votes.ToString("N0", _numbers));

    private static Dictionary<string, EmbedWords> Load() =>
        JsonSerializer
            .Deserialize<Dictionary<string, EmbedWords>>(AssetFiles.Bytes("embed.words.json"), JsonSerializerOptions.Web)!
            .ToDictionary(words => words.Key, words => words.Value with { Language = words.Key });
}
