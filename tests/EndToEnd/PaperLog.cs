using System.Security.Cryptography;
using System.Text.Json;
using Contracts.Log;
using Microsoft.Playwright;
using NSec.Cryptography;

namespace EndToEnd.Tests;

/// <summary>
/// A public log whose operator can forge what they please: a key, files, and tallies, served to one page in place of the site's.
/// </summary>
internal sealed class PaperLog : IDisposable
{
    private const string Origin = "forged.example/log";
    private readonly Key _key = Key.Create(SignatureAlgorithm.Ed25519);

    /// <summary>By path: <c>/log/checkpoint</c>, <c>/log/tile/0/000</c>…</summary>
    public Dictionary<string, byte[]> Files { get; } = [];

    public string VerifierKey => Public(_key).ToString();

    /// <summary>The totals that the pages show, by tool.</summary>
    public Dictionary<string, (long Version, long Ship, long Skip)> Tallies { get; } = [];

    /// <summary>A key of the same name that this log does not use.</summary>
    public static string ForeignKey()
    {
        using var other = Key.Create(SignatureAlgorithm.Ed25519);
        return Public(other).ToString();
    }

    /// <summary>That many votes on five tools: each third changes the one three before it.</summary>
    public static List<byte[]> Votes(int count)
    {
        var votes = new List<Leaf>();
        for (var index = 0; index < count; index++)
        {
            var before = index % 3 == 2 && index > 3 ? votes[index - 3] : null;
            var tool = before?.Tool ?? $"tool-{index % 5}";
            var last = votes.LastOrDefault(vote => vote.Tool == tool);
            var (choice, previous) = (before?.Choice == "ship" ? "skip" : "ship", before?.Choice ?? "-");
            votes.Add(
                new Leaf(
                    tool,
                    (last?.Version ?? 0) + 1,
                    (last?.Ship ?? 0) + Change("ship"),
                    (last?.Skip ?? 0) + Change("skip"),
                    choice,
                    previous,
                    (before?.Seq ?? 0) + 1,
                    before?.Mark ?? Leaf.MarkOf(SHA256.HashData(BitConverter.GetBytes(index)).AsSpan(0, 16)),
                    "2026-11-26T18:04Z"
                )
            );

            long Change(string what) => (choice == what ? 1 : 0) - (previous == what ? 1 : 0);
        }

        return [.. votes.Select(vote => vote.ToBytes())];
    }

    /// <summary>Makes every file anew and signs it, whatever the entries say.</summary>
    public void Publish(IReadOnlyList<byte[]> entries)
    {
        Files.Clear();
        var tree = new TreeEdge();
        foreach (var entry in entries)
            tree.Append(LogHash.OfLeaf(entry));
        foreach (var (tile, hashes) in tree.TakeChanged())
            Files[$"/log/tile/{tile}"] = hashes;
        foreach (var (number, chunk) in entries.Chunk(Tile.FullWidth).Index())
            PutBundle(number, chunk.Length, chunk);

        var note = new SignedNote(new Checkpoint(Origin, tree.Size, tree.Root()).Text, []);
        var signature = SignatureAlgorithm.Ed25519.Sign(_key, note.SignedBytes());
        Files["/log/checkpoint"] = Bytes(new SignedNote(note.Text, [new(Origin, Public(_key).Id, signature)]).ToString());
        Files["/log/key"] = Bytes(VerifierKey + "\n");

        Tallies.Clear();
        foreach (var entry in entries)
            if (Leaf.TryParse(entry, out var vote))
                Tallies[vote.Tool] = (vote.Version, vote.Ship, vote.Skip);
    }

    /// <summary>Puts any entries in the place of a bundle, and leaves all else as it is.</summary>
    public void PutBundle(int number, int width, IEnumerable<byte[]> entries)
    {
        var bundle = new List<byte>();
        foreach (var entry in entries)
            EntryBundle.Append(bundle, entry);
        Files[$"/log/tile/{new Tile(null, number, width)}"] = [.. bundle];
    }

    public void Flip(string path, int place) => Files[path][place] ^= 1;

    /// <summary>Answers the page's requests for the log and for tallies.</summary>
    public async Task ServeAsync(IPage page)
    {
        await page.RouteAsync(
            "**/log/**",
            route =>
                Files.TryGetValue(new Uri(route.Request.Url).AbsolutePath, out var file)
                    ? route.FulfillAsync(new() { BodyBytes = file })
                    : route.FulfillAsync(new() { Status = 404 })
        );
        await page.RouteAsync(
            "**/api/tallies?**",
            route =>
                route.FulfillAsync(
                    new()
                    {
                        ContentType = "application/json",
                        Body = JsonSerializer.Serialize(
                            Tallies.Select(total => new
                            {
                                tool = total.Key,
                                version = total.Value.Version,
                                ship = total.Value.Ship,
                                skip = total.Value.Skip,
                            })
                        ),
                    }
                )
        );
    }

    public void Dispose() => _key.Dispose();

    private static VerifierKey Public(Key key) =>
        new(Origin, Contracts.Log.VerifierKey.Ed25519, key.PublicKey.Export(KeyBlobFormat.RawPublicKey));

    private static byte[] Bytes(string text) => System.Text.Encoding.UTF8.GetBytes(text);
}
