using System.Globalization;

namespace Newsletter.Issues;

/// <summary>An ISO week, written <c>2026-w48</c>: the name of an issue.</summary>
internal static class Week
{
    /// <summary>
    /// The latest moment an issue was due, and the name of its week. A process that was down catches up with that one, not with every week
    /// missed.
    /// </summary>
    public static (string Name, DateTimeOffset Due) LatestDue(DateTimeOffset now, DayOfWeek weekday, int hour)
    {
        var due = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero).AddHours(hour);
        while (due.DayOfWeek != weekday || due > now)
            due = due.AddDays(-1);
        return (NameOf(due), due);
    }

    public static string NameOf(DateTimeOffset at) => $"{ISOWeek.GetYear(at.UtcDateTime):0000}-w{ISOWeek.GetWeekOfYear(at.UtcDateTime):00}";

    public static bool IsName(string text) =>
        text.Length == 8 && text[4] == '-' && text[5] == 'w' && text.Where((_, at) => at is not 4 and not 5).All(char.IsAsciiDigit);
}
