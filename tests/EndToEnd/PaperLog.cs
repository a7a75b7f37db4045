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

    /// <summary>What a moderator decided about the vote with that index, as an honest log would add it to these entries.</summary>
    public static DecisionLeaf Decided(IReadOnlyList<byte[]> entries, string kind, int about, int step)
    {
        var vote = Vote(entries[about]);
        var (version, ship, skip) = Totals(entries)[vote.Tool];
        return new DecisionLeaf(
            kind,
            vote.Tool,
            version + 1,
            ship + (vote.Choice == "ship" ? step : 0),
            skip + (vote.Choice == "skip" ? step : 0),
            about,
            "flood",
            "ada",
            "2026-11-26T18:10Z"
        );
    }

    /// <summary>A change of the vote with that index while it is held: it moves nothing.</summary>
    public static Leaf ChangedWhileHeld(IReadOnlyList<byte[]> entries, int about)
    {
        var vote = Vote(entries[about]);
        var (version, ship, skip) = Totals(entries)[vote.Tool];
        var other = vote.Choice == "ship" ? "skip" : "ship";
        return vote with { Version = version + 1, Ship = ship, Skip = skip, Choice = other, Previous = vote.Choice, Seq = vote.Seq + 1 };
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
        foreach (var (tool, total) in Totals(entries))
            Tallies[tool] = total;
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

    private static Leaf Vote(byte[] entry) =>
        Leaf.TryParse(entry, out var vote) ? vote : throw new ArgumentException("The entry is not a vote.", nameof(entry));

    private static Dictionary<string, (long Version, long Ship, long Skip)> Totals(IReadOnlyList<byte[]> entries)
    {
        var totals = new Dictionary<string, (long Version, long Ship, long Skip)>();
        foreach (var entry in entries)
            if (Leaf.TryParse(entry, out var vote))
                totals[vote.Tool] = (vote.Version, vote.Ship, vote.Skip);
            else if (DecisionLeaf.TryParse(entry, out var decision))
                totals[decision.Tool] = (decision.Version, decision.Ship, decision.Skip);
        return totals;
    }

    private static VerifierKey Public(Key key) =>
        new(Origin, Contracts.Log.VerifierKey.Ed25519, key.PublicKey.Export(KeyBlobFormat.RawPublicKey));

    private static byte[] Bytes(string text) => System.Text.Encoding.UTF8.GetBytes(text);
}
