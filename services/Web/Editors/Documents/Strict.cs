using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;

namespace Web.Editors.Documents;

/// <summary>
/// Reads UTF-8 as it is or not at all: a file in another encoding, read leniently, would put U+FFFD where its letters were.
/// </summary>
internal static class Strict
{
    /// <param name="bytes">With or without a byte order mark.</param>
    /// <param name="line">Where the first byte is that belongs to no character, counted from one; 0 when there is none.</param>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out string? text, out int line)
    {
        bytes = bytes.StartsWith(Encoding.UTF8.Preamble) ? bytes[Encoding.UTF8.Preamble.Length..] : bytes;
        (text, line) = (null, 0);
        var characters = new char[bytes.Length];
        if (
            Utf8.ToUtf16(bytes, characters, out var read, out var written, replaceInvalidSequences: false)
            is System.Buffers.OperationStatus.Done
        )
        {
            text = new string(characters, 0, written);
            return true;
        }

        line = bytes[..read].Count((byte)'\n') + 1;
        return false;
    }
}
