namespace Catalog.Reading;

/// <summary>
/// How many typing errors separate two words: a letter too many, one missing, one for another, or two adjacent ones swapped.
/// </summary>
internal static class EditDistance
{
    private const int Longest = 40;

    /// <returns>Whether <paramref name="most"/> errors or fewer make one word of the other.</returns>
    public static bool Within(string one, string other, int most)
    {
        if (Math.Abs(one.Length - other.Length) > most || Math.Max(one.Length, other.Length) > Longest)
            return false;
        // Damerau's distance, of adjacent letters once each; only three rows of the table are needed at a time.
        Span<int> before = stackalloc int[other.Length + 1],
            last = stackalloc int[other.Length + 1],
            row = stackalloc int[other.Length + 1];
        for (var j = 0; j <= other.Length; j++)
            last[j] = j;
        for (var i = 1; i <= one.Length; i++)
        {
            row[0] = i;
            var least = i;
            for (var j = 1; j <= other.Length; j++)
            {
                row[j] = Math.Min(Math.Min(row[j - 1], last[j]) + 1, last[j - 1] + (one[i - 1] == other[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1])
                    row[j] = Math.Min(row[j], before[j - 2] + 1);
                least = Math.Min(least, row[j]);
            }

            if (least > most)
                return false;
            var spare = before;
            before = last;
            last = row;
            row = spare;
        }

        return last[other.Length] <= most;
    }
}
