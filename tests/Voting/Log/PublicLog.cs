using System.Net;
using Contracts.Log;
using NSec.Cryptography;
using Shouldly;
using Testing;

namespace Voting.Tests.Log;

/// <summary>The public log as a stranger reads it, trusting nothing but the key.</summary>
internal sealed class PublicLog(HttpClient http, string vkey)
{
    public const string Seed = "bG9nLWxvZy1sb2ctbG9nLWxvZy1sb2ctbG9nLWxvZy0=";
    public const string Origin = "verdicts.example/log";

    public static readonly string[] Settings = [$"--Log:SigningKeys:0={Seed}", $"--Log:Origin={Origin}"];

    /// <summary>The public half of <see cref="Seed"/>, worked out here and not asked of the service.</summary>
    public static string Vkey(string origin = Origin) =>
        new VerifierKey(origin, VerifierKey.Ed25519, Convert.FromBase64String(PublicHalf())).ToString();

    public static string PublicHalf()
    {
        using var key = Key.Import(SignatureAlgorithm.Ed25519, Convert.FromBase64String(Seed), KeyBlobFormat.RawPrivateKey);
        return Convert.ToBase64String(key.PublicKey.Export(KeyBlobFormat.RawPublicKey));
    }

    public PublicLog(HttpClient http)
        : this(http, Vkey()) { }

    /// <returns>What the log serves now, its signature checked; null before the first.</returns>
    public async Task<Checkpoint?> CheckpointAsync()
    {
        using var answer = await http.GetAsync("/log/checkpoint");
        if (answer.StatusCode is HttpStatusCode.NotFound)
            return null;
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        return Opened(await answer.Content.ReadAsStringAsync());
    }

    /// <returns>The first checkpoint that covers so many entries.</returns>
    public async Task<Checkpoint> CoveringAsync(long entries)
    {
        Checkpoint? found = null;
        await Eventually.HoldsAsync(async () => (found = await CheckpointAsync())?.Size >= entries, $"a checkpoint over {entries} entries");
        return found!;
    }

    /// <returns>The entry, its proof checked down to the signature.</returns>
    public async Task<Leaf> ProvenAsync(string path)
    {
        InclusionNote.TryParse(await http.GetStringAsync(path), out var proof).ShouldBeTrue();
        var checkpoint = Opened(proof!.Note);
        LogProof.IsIncluded(proof.Index, checkpoint.Size, LogHash.OfLeaf(proof.Entry), proof.Proof, checkpoint.Root).ShouldBeTrue();
        Leaf.TryParse(proof.Entry, out var leaf).ShouldBeTrue();
        return leaf!;
    }

    /// <returns>All entries of a checkpoint, from the bundles, after their root was found to be the checkpoint's.</returns>
    public async Task<List<Leaf>> EntriesAsync(Checkpoint checkpoint) =>
        (await LinesAsync(checkpoint)).ConvertAll(line =>
        {
            Leaf.TryParse(System.Text.Encoding.ASCII.GetBytes(line), out var leaf).ShouldBeTrue(line);
            return leaf!;
        });

    /// <returns>The same as lines, of whatever kind.</returns>
    public async Task<List<string>> LinesAsync(Checkpoint checkpoint)
    {
        var (tree, lines) = (new TreeEdge(), new List<string>());
        for (var number = 0L; number * Tile.FullWidth < checkpoint.Size; number++)
        {
            var tile = new Tile(null, number, (int)Math.Min(Tile.FullWidth, checkpoint.Size - number * Tile.FullWidth));
            foreach (var entry in EntryBundle.Entries(await http.GetByteArrayAsync($"/log/tile/{tile}"), tile.Width))
            {
                tree.Append(LogHash.OfLeaf(entry));
                lines.Add(System.Text.Encoding.ASCII.GetString(entry));
            }
        }

        tree.Size.ShouldBe(checkpoint.Size);
        tree.Root().ShouldBe(checkpoint.Root);
        return lines;
    }

    /// <summary>A tree of that size, from the tiles that are served.</summary>
    public TileTree TreeOf(long size) => new(size, tile => http.GetByteArrayAsync($"/log/tile/{tile}"));

    private Checkpoint Opened(string note)
    {
        SignedNote.TryParse(note, out var signed).ShouldBeTrue();
        VerifierKey.TryParse(vkey, out var key).ShouldBeTrue();
        var signature = signed!.Signatures.Single(one => one.Name == key!.Name && one.KeyId == key.Id).Signature;
        var publicKey = PublicKey.Import(SignatureAlgorithm.Ed25519, key!.PublicKey, KeyBlobFormat.RawPublicKey);
        SignatureAlgorithm.Ed25519.Verify(publicKey, signed.SignedBytes(), signature).ShouldBeTrue();
        Checkpoint.TryParse(signed.Text, out var checkpoint).ShouldBeTrue();
        checkpoint!.Origin.ShouldBe(key.Name);
        return checkpoint;
    }
}
