using Contracts.Log;

namespace Testing.Logs;

/// <summary>Writes a public log into a folder, file by file as a site serves it. What the entries say is not looked at.</summary>
public sealed class LogWriter(string folder)
{
    private readonly TreeEdge _edge = new();
    private readonly List<byte> _bundle = [];

    public void Append(byte[] entry)
    {
        EntryBundle.Append(_bundle, entry);
        _edge.Append(LogHash.OfLeaf(entry));
        if (_edge.Size % Tile.FullWidth != 0)
            return;
        Write(new Tile(null, _edge.Size / Tile.FullWidth - 1), [.. _bundle]);
        _bundle.Clear();
        WriteTiles();
    }

    /// <summary>Writes what is partial, and the checkpoint, which a later one replaces.</summary>
    public Checkpoint Sign(string origin, Signer log, params Signer[] witnesses)
    {
        if (_bundle.Count > 0)
            Write(new Tile(null, _edge.Size / Tile.FullWidth, Tile.PartialWidth(_edge.Size, 0)), [.. _bundle]);
        WriteTiles();
        var checkpoint = new Checkpoint(origin, _edge.Size, _edge.Root());
        var unsigned = new SignedNote(checkpoint.Text, []);
        var note = unsigned with
        {
            Signatures = [log.Sign(unsigned), .. witnesses.Select(witness => witness.Cosign(unsigned, 1_800_000_000))],
        };
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "checkpoint"), note.ToString());
        return checkpoint;
    }

    private void WriteTiles()
    {
        foreach (var (tile, hashes) in _edge.TakeChanged())
            Write(tile, hashes);
    }

    private void Write(Tile tile, byte[] bytes)
    {
        var path = Path.Combine(folder, "tile", tile.ToString());
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
    }
}
