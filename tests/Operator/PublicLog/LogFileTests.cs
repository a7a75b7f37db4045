using Contracts.Log;

namespace Operator.Tests.PublicLog;

/// <summary>Files of a log that were changed, cut or kept back after the checkpoint was signed.</summary>
public sealed class LogFileTests : LogRecountTest
{
    // The key that signs is not the one who changes these.
    [Theory]
    [InlineData("tile/0/001", "Entry 266: its hash is not the one in tile/0/001")]
    [InlineData("tile/0/002.p/188", "Entry 522: its hash is not the one in tile/0/002.p/188")]
    [InlineData("tile/1/000.p/2", "Tile tile/1/000.p/2 is not made of the tiles below it: hash 0 of level 1 differs")]
    [InlineData("tile/entries/001", "Entry 258: its hash is not the one in tile/0/001")]
    [InlineData("tile/entries/001", "The checkpoint signs the root ")]
    public async Task Provable_a_flipped_bit_is_found_and_its_place_is_named(string path, string expected)
    {
        Write(Log, Votes(Size));
        var bytes = await File.ReadAllBytesAsync(At(path), TestContext.Current.CancellationToken);
        // In a bundle this is a digit of the third entry's mark or the like; in a tile of 32-byte hashes the first or eleventh.
        var place = path.Contains("entries") ? EntryBundle.LengthOf(bytes, 3)!.Value - 1 : path.Contains("/1/") ? 5 : 10 * 32 + 5;
        bytes[place] ^= 1;
        await File.WriteAllBytesAsync(At(path), bytes, TestContext.Current.CancellationToken);
        await IsWrongAsync(expected);
    }

    [Theory]
    [InlineData("tile/entries/001")]
    [InlineData("tile/entries/002.p/188")]
    [InlineData("tile/0/001")]
    [InlineData("tile/1/000.p/2")]
    public async Task Provable_a_file_that_the_log_keeps_back_or_cuts_is_named(string path)
    {
        Write(Log, Votes(Size));
        var bytes = await File.ReadAllBytesAsync(At(path), TestContext.Current.CancellationToken);
        foreach (var changed in (byte[][])[bytes[..^1], [.. bytes, 0], []])
        {
            await File.WriteAllBytesAsync(At(path), changed, TestContext.Current.CancellationToken);
            await IsWrongAsync(path);
        }

        File.Delete(At(path));
        await IsWrongAsync($"does not serve {path}");
    }

    [Fact]
    public async Task Provable_a_partial_file_may_be_the_beginning_of_the_full_one()
    {
        var all = Votes(2 * Size).ToList();
        Write(Log, all.Take(Size));
        var early = await File.ReadAllTextAsync(At("checkpoint"), TestContext.Current.CancellationToken);
        Write(Log, all);
        await File.WriteAllTextAsync(At("checkpoint"), early, TestContext.Current.CancellationToken);
        Directory.Delete(At("tile/entries/002.p"), recursive: true);
        Directory.Delete(At("tile/0/002.p"), recursive: true);
        var (code, answer, errors) = await RecountAsync(Log);
        code.ShouldBe(0, errors + answer);
    }
}
