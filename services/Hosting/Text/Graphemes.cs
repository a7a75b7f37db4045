using System.Globalization;

namespace Hosting.Text;

/// <summary>
/// Cuts text where a reader sees the end of a character: an emoji, a flag or a letter with its accents is whole or not there.
/// </summary>
public static class Graphemes
{
    /// <param name="most">In UTF-16 units, the mark included, so that what is stored or sent stays bounded.</param>
    /// <param name="mark">Put at the end of what was cut.</param>
    public static string Cut(this string text, int most, string mark = "") =>
        text.Length <= most ? text : text[..WholeWithin(text, most - mark.Length)].TrimEnd() + mark;

    /// <summary>
    /// The length of the longest beginning of <paramref name="text"/> that has at most so many UTF-16 units and ends with a whole
    /// character.
    /// </summary>
    public static int WholeWithin(string text, int most)
    {
        var end = 0;
        while (end < text.Length)
        {
            var next = end + StringInfo.GetNextTextElementLength(text, end);
            if (next > most)
                break;
            end = next;
        }

        return end;
    }
}
