using Contracts.Log;
using Shouldly;
using Xunit;

namespace Voting.Tests.Log;

public sealed class MerkleTreeTests
{
    // The vectors that RFC 6962's implementations test with.
    private static readonly string[] Entries =
    [
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ];

    private static readonly string[] Roots =
    [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    [Fact]
    public void Provable_roots_are_those_of_rfc_6962()
    {
        var tree = new TreeEdge();
        Convert.ToHexStringLower(tree.Root()).ShouldBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        for (var count = 0; count < Entries.Length; count++)
        {
            tree.Append(LogHash.OfLeaf(Convert.FromHexString(Entries[count])));
            Convert.ToHexStringLower(tree.Root()).ShouldBe(Roots[count]);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(1000)]
    [InlineData(65_536)]
    [InlineData(65_793)]
    [InlineData(70_000)]
    public async Task Provable_every_proof_verifies_and_every_flipped_bit_fails(int size)
    {
        var random = new Random(size);
        var grown = Grown(size);
        var tree = new TileTree(size, grown.ReadAsync);
        var root = await tree.RootAsync(size);
        root.ShouldBe(Naive(grown.Leaves, 0, size));
        root.ShouldBe(grown.Edge.Root());
        for (var attempt = 0; attempt < 20; attempt++)
        {
            var index = random.Next(size);
            var proof = await tree.InclusionAsync(index);
            LogProof.IsIncluded(index, size, grown.Leaves[index], proof, root).ShouldBeTrue();
            LogProof.IsIncluded(index, size, Flipped(grown.Leaves[index], random), proof, root).ShouldBeFalse();
            LogProof.IsIncluded(index, size, grown.Leaves[index], proof, Flipped(root, random)).ShouldBeFalse();
            LogProof.IsIncluded(index, size, grown.Leaves[index], [.. proof, root], root).ShouldBeFalse();
            if (size > 1)
            {
                LogProof.IsIncluded((index + 1) % size, size, grown.Leaves[index], proof, root).ShouldBeFalse();
                LogProof.IsIncluded(index, size, grown.Leaves[index], WithFlipped(proof, random), root).ShouldBeFalse();
                LogProof.IsIncluded(index, size, grown.Leaves[index], proof[1..], root).ShouldBeFalse();
            }

            var old = random.Next(1, size + 1);
            var oldRoot = await tree.RootAsync(old);
            oldRoot.ShouldBe(Naive(grown.Leaves, 0, old));
            var extension = await tree.ConsistencyAsync(old);
            LogProof.IsExtended(old, oldRoot, size, root, extension).ShouldBeTrue();
            LogProof.IsExtended(old, Flipped(oldRoot, random), size, root, extension).ShouldBeFalse();
            LogProof.IsExtended(old, oldRoot, size, Flipped(root, random), extension).ShouldBeFalse();
            if (extension.Count > 0)
                LogProof.IsExtended(old, oldRoot, size, root, WithFlipped(extension, random)).ShouldBeFalse();
        }
    }

    [Fact]
    public async Task Provable_a_tree_that_is_stored_and_loaded_again_grows_as_if_it_had_stayed()
    {
        var random = new Random(1);
        var whole = new TreeEdge();
        var stored = new Dictionary<(int?, long), byte[]>();
        var edge = new TreeEdge();
        while (whole.Size < 140_000)
        {
            for (var page = random.Next(1, 5000); page > 0; page--)
            {
                var leaf = LogHash.OfLeaf(BitConverter.GetBytes(whole.Size));
                whole.Append(leaf);
                edge.Append(leaf);
            }

            foreach (var (tile, hashes) in edge.TakeChanged())
                stored[(tile.Level, tile.Number)] = hashes;
            edge = new TreeEdge(whole.Size, tile => stored[(tile.Level, tile.Number)]);
            edge.Root().ShouldBe(whole.Root());
        }

        var tree = new TileTree(whole.Size, tile => Task.FromResult(stored[(tile.Level, tile.Number)]));
        (await tree.RootAsync(whole.Size)).ShouldBe(whole.Root());
    }

    private static (TreeEdge Edge, List<byte[]> Leaves, Func<Tile, Task<byte[]>> ReadAsync) Grown(int size)
    {
        var (edge, leaves) = (new TreeEdge(), new List<byte[]>());
        for (var leaf = 0; leaf < size; leaf++)
        {
            leaves.Add(LogHash.OfLeaf(BitConverter.GetBytes(leaf)));
            edge.Append(leaves[^1]);
        }

        var tiles = edge.TakeChanged().ToDictionary(changed => changed.Tile, changed => changed.Hashes);
        return (edge, leaves, tile => Task.FromResult(tiles[tile]));
    }

    // The definition, without any of the shortcuts.
    private static byte[] Naive(List<byte[]> leaves, int from, int to)
    {
        if (to - from == 1)
            return leaves[from];
        var half = 1;
        while (half * 2 < to - from)
            half *= 2;
        return LogHash.OfNode(Naive(leaves, from, from + half), Naive(leaves, from + half, to));
    }

    private static byte[] Flipped(byte[] bytes, Random random)
    {
        var flipped = bytes.ToArray();
        flipped[random.Next(flipped.Length)] ^= (byte)(1 << random.Next(8));
        return flipped;
    }

    private static List<byte[]> WithFlipped(List<byte[]> hashes, Random random)
    {
        var place = random.Next(hashes.Count);
        return [.. hashes.Select((hash, at) => at == place ? Flipped(hash, random) : hash)];
    }
}
