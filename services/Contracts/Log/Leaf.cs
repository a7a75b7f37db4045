using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Contracts.Log;

/// <summary>
/// One vote as the public log keeps it: a line of ASCII, of which the bytes are the truth.
/// <c>verdicts.vote/v1 &lt;tool&gt; &lt;version&gt; &lt;ship&gt; &lt;skip&gt; &lt;choice&gt; &lt;previous&gt; &lt;seq&gt; &lt;mark&gt;
/// &lt;time&gt;</c>.
/// </summary>
/// <param name="Version">The tool's entries, this one included.</param>
/// <param name="Ship">The tool's ship votes after this entry.</param>
/// <param name="Skip">The tool's skip votes after this entry.</param>
/// <param name="Choice"><c>ship</c>, <c>skip</c>, or <c>-</c> for a withdrawal.</param>
/// <param name="Previous">The mark's choice before, <c>-</c> when there was none.</param>
/// <param name="Seq">The mark's changes so far, this one included.</param>
/// <param name="Mark">The voter's pseudonym on this tool: 16 bytes as base64url.</param>
/// <param name="Time">UTC, cut to the minute: <c>2026-11-26T18:04Z</c>.</param>
public sealed record Leaf(
    string Tool,
    long Version,
    long Ship,
    long Skip,
    string Choice,
    string Previous,
    long Seq,
    string Mark,
    string Time
)
{
    public const string Kind = "verdicts.vote/v1";
    public const int MaxLength = 255;

    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm'Z'";

    public static string TimeOf(DateTimeOffset at) => at.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);

    /// <returns>True for what <see cref="TimeOf"/> writes; such times sort as text.</returns>
    public static bool IsTime(string text) =>
        DateTimeOffset.TryParseExact(text, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
        && TimeOf(time) == text;

    public static string MarkOf(ReadOnlySpan<byte> mark) => Base64Url.EncodeToString(mark);

    public byte[] ToBytes() => Encoding.ASCII.GetBytes(ToString());

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Kind} {Tool} {Version} {Ship} {Skip} {Choice} {Previous} {Seq} {Mark} {Time}");

    /// <summary>Reads a leaf; anything that <see cref="ToString"/> would not write exactly so is not one.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out Leaf? leaf)
    {
        leaf = null;
        if (
            bytes.Length > MaxLength
            || Encoding.ASCII.GetString(bytes).Split(' ')
                is not [Kind, var tool, var version, var ship, var skip, var choice, var previous, var seq, var mark, var time]
        )
            return false;
        if (!Slug.IsValid(tool) || !IsChoice(choice) || !IsChoice(previous) || choice == previous)
            return false;
        if (!Count(version, out var v) || !Count(ship, out var s) || !Count(skip, out var k) || !Count(seq, out var q) || v == 0 || q == 0)
            return false;
        if (mark.Length != 22 || !Base64Url.IsValid(mark))
            return false;
        if (!IsTime(time))
            return false;
        var read = new Leaf(tool, v, s, k, choice, previous, q, mark, time);
        leaf = read.ToBytes().AsSpan().SequenceEqual(bytes) ? read : null;
        return leaf is not null;
    }

    private static bool IsChoice(string word) => word is "ship" or "skip" or "-";

    private static bool Count(string digits, out long count) =>
        long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out count);
}
