using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Contracts.Log;
using Hosting.Configuration;

namespace Operator.Witnessing;

/// <summary>
/// The latest checkpoint of one log that a witness signed. Two places in one file are written in turn, so that a power cut in the middle of
/// one leaves the other; renaming a new file over the old one would also need its folder to be flushed, which .NET can't do. The open
/// file keeps a second process out.
/// </summary>
internal sealed class WitnessedSize : IDisposable
{
    private const int PlaceLength = 160;

    private readonly FileStream _file;
    private int _place;

    /// <exception cref="UnusableException">The file is damaged. A witness that began anew could sign a second history.</exception>
    /// <exception cref="IOException">Another process has it open.</exception>
    public WitnessedSize(string path)
    {
        var options = PrivateFiles.ToWrite(FileMode.OpenOrCreate);
        (options.Access, options.Share) = (FileAccess.ReadWrite, FileShare.None);
        _file = new FileStream(path, options);
        for (var place = 0; place < 2; place++)
            if (TryRead(place, out var size, out var root) && size >= Size)
                (Size, Root, _place) = (size, root, place);
        if (_file.Length == 0 || Root is not null)
            return;
        _file.Dispose();
        throw new UnusableException($"{path} is damaged. Restore it: a witness that forgets what it signed is none.");
    }

    public long Size { get; private set; }

    /// <summary>Null while nothing was signed.</summary>
    public byte[]? Root { get; private set; }

    /// <summary>Returns when it is on the disk.</summary>
    public void Keep(Checkpoint checkpoint)
    {
        var line = $"{checkpoint.Size.ToString(CultureInfo.InvariantCulture)} {Convert.ToBase64String(checkpoint.Root)}";
        _place = 1 - _place;
        _file.Position = _place * PlaceLength;
        _file.Write(Encoding.ASCII.GetBytes($"{line} {SumOf(line)}".PadRight(PlaceLength - 1) + "\n"));
        _file.Flush(flushToDisk: true);
        (Size, Root) = (checkpoint.Size, checkpoint.Root);
    }

    public void Dispose() => _file.Dispose();

    private bool TryRead(int place, out long size, out byte[] root)
    {
        (size, root) = (0, []);
        var bytes = new byte[PlaceLength];
        _file.Position = place * PlaceLength;
        if (_file.ReadAtLeast(bytes, PlaceLength, throwOnEndOfStream: false) < PlaceLength)
            return false;
        if (Encoding.ASCII.GetString(bytes).TrimEnd().Split(' ') is not [var digits, var encoded, var sum])
            return false;
        if (sum != SumOf($"{digits} {encoded}"))
            return false;
        (size, root) = (long.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture), Convert.FromBase64String(encoded));
        return true;
    }

    private static string SumOf(string line) => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(line)));
}
