using System.Text;
using Contracts.Log;
using Shouldly;
using Xunit;

namespace Voting.Tests.Log;

public sealed class LogFormatTests
{
    private static readonly byte[] Root = [.. Enumerable.Range(0, LogHash.Length).Select(i => (byte)i)];

    [Theory]
    [InlineData(0, 0, 256, "0/000")]
    [InlineData(1, 999, 17, "1/999.p/17")]
    [InlineData(0, 1000, 256, "0/x001/000")]
    [InlineData(null, 1_234_067, 256, "entries/x001/x234/067")]
    [InlineData(null, 0, 1, "entries/000.p/1")]
    public void A_tile_has_one_address(int? level, long number, int width, string path)
    {
        new Tile(level, number, width).ToString().ShouldBe(path);
        Tile.TryParse(path, out var tile).ShouldBeTrue();
        tile.ShouldBe(new Tile(level, number, width));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("0/1")]
    [InlineData("0/0000")]
    [InlineData("0/x000/001")]
    [InlineData("0/x001/x000")]
    [InlineData("0/001/000")]
    [InlineData("00/001")]
    [InlineData("64/001")]
    [InlineData("-1/001")]
    [InlineData("0/-01")]
    [InlineData("0/000.p/0")]
    [InlineData("0/000.p/256")]
    [InlineData("0/000.p/01")]
    [InlineData("0/000.p/1.p/1")]
    [InlineData("data/000")]
    [InlineData("0/000/")]
    [InlineData("0//000")]
    [InlineData("0/x001/x001/x001/x001/x001/x001/001")]
    public void What_is_not_written_as_a_tile_is_not_one(string path) => Tile.TryParse(path, out _).ShouldBeFalse();

    [Fact]
    public void A_leaf_reads_as_it_is_written()
    {
        const string Line = "verdicts.vote/v1 cursor-2-0 15 12 3 ship skip 2 AAECAwQFBgcICQoLDA0ODw 2026-11-26T18:04Z";
        Leaf.TryParse(Encoding.ASCII.GetBytes(Line), out var leaf).ShouldBeTrue();
        leaf.ShouldBe(new Leaf("cursor-2-0", 15, 12, 3, "ship", "skip", 2, "AAECAwQFBgcICQoLDA0ODw", "2026-11-26T18:04Z"));
        leaf!.ToString().ShouldBe(Line);
    }

    [Theory]
    [InlineData("verdicts.vote/v2 cursor-2-0 15 12 3 ship skip 2 AAECAwQFBgcICQoLDA0ODw 2026-11-26T18:04Z")]
    [InlineData("verdicts.vote/v1  cursor-2-0 15 12 3 ship skip 2 AAECAwQFBgcICQoLDA0ODw 2026-11-26T18:04Z")]
    [InlineData("verdicts.vote/v1 cursor-2-0 15 12 3 ship skip 2 AAECAwQFBgcICQoLDA0ODw 2026-11-26T18:04Z\n")]
    [InlineData("verdicts.vote/v1 Cursor 15 12 3 ship skip 2 AAECAwQFBgcICQoLDA0ODw 2026-11-26T18:04Z")]
    [InlineData("verdicts.vote/v1 cursor-2-0 015 12 3 ship skip 2 AAECAwQFBgcICQoLDA0ODw 2026-11-26T18:04Z")]
    [InlineData("verdicts.vote/v1 cursor-2-0 15 -1 3 ship skip 2 AAECAwQFBgcICQoLDA0ODw 2026-11-26T18:04Z")]
    [InlineData("verdicts.vote/v1 cursor-2-0 15 12 3 ship ship 2 AAECAwQFBgcICQoLDA0ODw 2026-11-26T18:04Z")]
    [InlineData("verdicts.vote/v1 cursor-2-0 15 12 3 maybe skip 2 AAECAwQFBgcICQoLDA0ODw 2026-11-26T18:04Z")]
    [InlineData("verdicts.vote/v1 cursor-2-0 15 12 3 ship skip 0 AAECAwQFBgcICQoLDA0ODw 2026-11-26T18:04Z")]
    [InlineData("verdicts.vote/v1 cursor-2-0 15 12 3 ship skip 2 AAECAwQFBgcICQoLDA0OD 2026-11-26T18:04Z")]
    [InlineData("verdicts.vote/v1 cursor-2-0 15 12 3 ship skip 2 AAECAwQFBgcICQoLDA0ODw 2026-11-26T18:04:01Z")]
    [InlineData("verdicts.vote/v1 cursor-2-0 15 12 3 ship skip 2 AAECAwQFBgcICQoLDA0ODw 2026-13-26T18:04Z")]
    public void What_is_not_written_as_a_leaf_is_not_one(string line) =>
        Leaf.TryParse(Encoding.ASCII.GetBytes(line), out _).ShouldBeFalse();

    [Fact]
    public void A_bundle_gives_its_entries_back()
    {
        var bundle = new List<byte>();
        byte[][] entries =
        [
            [],
            [1],
            [.. Enumerable.Repeat((byte)7, 300)],
        ];
        foreach (var entry in entries)
            EntryBundle.Append(bundle, entry);
        EntryBundle.Entries([.. bundle], 3).ShouldBe(entries);
        EntryBundle.LengthOf([.. bundle], 2).ShouldBe(2 + 2 + 1);
        EntryBundle.LengthOf([.. bundle], 4).ShouldBeNull();
        EntryBundle.Entries([.. bundle.Take(bundle.Count - 1)], 3).Count.ShouldBe(2);
    }

    // The first is the example of signed notes' own documentation, the second that of Go's checksum database.
    [Theory]
    [InlineData("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", true)]
    [InlineData("sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8", true)]
    [InlineData("sum.golang.com+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8", false)]
    [InlineData("sum.golang.org+033de0af+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8", false)]
    [InlineData("sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8Ou", false)]
    [InlineData("sum.golang.org+033de0ae", false)]
    [InlineData("", false)]
    public void A_key_is_read_only_with_the_id_that_follows_from_it(string vkey, bool valid)
    {
        VerifierKey.TryParse(vkey, out var key).ShouldBe(valid);
        if (valid)
            key!.ToString().ShouldBe(vkey);
    }

    [Fact]
    public void A_checkpoint_and_its_note_read_as_they_are_written()
    {
        var checkpoint = new Checkpoint("verdicts.example/log", 20_852_163, Root);
        var note = new SignedNote(checkpoint.Text, [new NoteSignature("verdicts.example/log", 0x01020304, new byte[64])]);
        SignedNote.TryParse(note.ToString(), out var again).ShouldBeTrue();
        again!.Text.ShouldBe(checkpoint.Text);
        again.Signatures.ShouldHaveSingleItem().KeyId.ShouldBe(0x01020304u);
        Checkpoint.TryParse(again.Text, out var read).ShouldBeTrue();
        (read!.Origin, read.Size, Convert.ToHexString(read.Root)).ShouldBe((checkpoint.Origin, checkpoint.Size, Convert.ToHexString(Root)));
        var proof = new InclusionNote([1, 2, 3], 7, [Root], note.ToString());
        InclusionNote.TryParse(proof.ToString(), out var parsed).ShouldBeTrue();
        parsed!.Entry.ShouldBe(proof.Entry);
        (parsed.Index, parsed.Note).ShouldBe((7, note.ToString()));
        parsed.Proof.ShouldHaveSingleItem().ShouldBe(Root);
    }

    [Theory]
    [InlineData("")]
    [InlineData("origin\n1\n")]
    [InlineData("origin\n01\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n")]
    [InlineData("origin\n-1\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n")]
    [InlineData("origin\n1\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\n")]
    [InlineData("\n1\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n")]
    public void What_is_not_written_as_a_checkpoint_is_not_one(string text) => Checkpoint.TryParse(text, out _).ShouldBeFalse();
}
