using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Contracts.Log;

/// <summary>
/// A vote that was held, released or made void, as the public log keeps it: a line of ASCII, of which the bytes are the truth.
/// <c>&lt;kind&gt; &lt;tool&gt; &lt;version&gt; &lt;ship&gt; &lt;skip&gt; &lt;index&gt; &lt;reason&gt; &lt;moderator&gt; &lt;time&gt;</c>.
/// </summary>
/// <param name="Kind">One of <see cref="Hold"/>, <see cref="Release"/>, <see cref="Void"/>.</param>
/// <param name="Version">The tool's entries, this one included.</param>
/// <param name="Ship">The tool's ship votes after this entry.</param>
/// <param name="Skip">The tool's skip votes after this entry.</param>
/// <param name="Index">The newest entry of the vote it is about; from then on the vote's mark is in this state.</param>
/// <param name="Reason">A word, such as <c>flood</c>.</param>
/// <param name="Moderator">A public name without spaces; <c>rule</c> for a rule.</param>
/// <param name="Time">UTC, cut to the minute.</param>
public sealed record DecisionLeaf(
    string Kind,
    string Tool,
    long Version,
    long Ship,
    long Skip,
    long Index,
    string Reason,
    string Moderator,
    string Time
)
{
    public const string Hold = "verdicts.hold/v1";
    public const string Release = "verdicts.release/v1";
    public const string Void = "verdicts.void/v1";
    public const int MaxWord = 40;

    public static bool IsKind(string kind) => kind is Hold or Release or Void;

    /// <returns>True for a reason or a moderator's name.</returns>
    public static bool IsWord(ReadOnlySpan<char> word)
    {
        if (word.IsEmpty || word.Length > MaxWord)
            return false;
        foreach (var c in word)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '.' or '_'))
                return false;
        return true;
    }

    public byte[] ToBytes() => Encoding.ASCII.GetBytes(ToString());

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Kind} {Tool} {Version} {Ship} {Skip} {Index} {Reason} {Moderator} {Time}");

    /// <summary>Reads such a leaf; anything that <see cref="ToString"/> would not write exactly so is not one.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out DecisionLeaf? leaf)
    {
        leaf = null;
        if (
            bytes.Length > Leaf.MaxLength
            || Encoding.ASCII.GetString(bytes).Split(' ')
                is not [var kind, var tool, var version, var ship, var skip, var index, var reason, var moderator, var time]
        )
            return false;
        if (!IsKind(kind) || !Slug.IsValid(tool) || !IsWord(reason) || !IsWord(moderator) || !Leaf.IsTime(time))
            return false;
        if (!Count(version, out var v) || !Count(ship, out var s) || !Count(skip, out var k) || !Count(index, out var i) || v == 0)
            return false;
        var read = new DecisionLeaf(kind, tool, v, s, k, i, reason, moderator, time);
        leaf = read.ToBytes().AsSpan().SequenceEqual(bytes) ? read : null;
        return leaf is not null;
    }

    private static bool Count(string digits, out long count) =>
        long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out count);
}
