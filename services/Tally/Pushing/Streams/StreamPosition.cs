using System.Buffers;
using System.Globalization;
using System.Text;
using Contracts;
using Tally.State;

namespace Tally.Pushing.Streams;

/// <summary>
/// How far an event stream has told its reader: <c>EPOCH tool=version tool=version …</c>, the <c>id</c> of every event. A client sends it
/// back as
/// <c>Last-Event-ID</c> when it connects again. It names every tool of the stream, since a client keeps the last one only.
/// </summary>
internal sealed class StreamPosition(IReadOnlyList<Standing> standings)
{
    private const int NotTold = -1;
    private readonly string[] _tools = [.. standings.Select(standing => standing.Tally.Tool)];
    private readonly long[] _versions = [.. standings.Select(_ => (long)NotTold)];
    private long _epoch;

    /// <returns>Those that the client has not been told. What it can't have from here, or what was overruled since, differs and is told
    /// again.</returns>
    public IReadOnlyList<Standing> Resume(string? lastEventId)
    {
        var words = (lastEventId ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 2 || !long.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out var epoch))
            return standings;
        var told = words.Skip(1).ToHashSet();
        List<Standing> changed = [];
        foreach (var standing in standings)
            if (standing.Totals.Epoch == epoch && told.Contains(Word(standing.Tally.Tool, standing.Version)))
                Reach(standing.Totals);
            else
                changed.Add(standing);
        return changed;
    }

    public void Reach(ToolTotals state)
    {
        if (state.Epoch != _epoch)
            Array.Fill(_versions, NotTold);
        _epoch = state.Epoch;
        _versions[Array.IndexOf(_tools, state.Tool)] = state.Version;
    }

    /// <summary>Writes the line that an event of this position begins with.</summary>
    public void Write(IBufferWriter<byte> output)
    {
        var id = new StringBuilder("id: ").Append(_epoch);
        for (var place = 0; place < _tools.Length; place++)
            if (_versions[place] != NotTold)
                id.Append(' ').Append(Word(_tools[place], _versions[place]));
        Encoding.UTF8.GetBytes(id.Append('\n').ToString(), output);
    }

    private static string Word(string tool, long version) => string.Create(CultureInfo.InvariantCulture, $"{tool}={version}");
}
