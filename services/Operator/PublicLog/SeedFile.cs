using System.Security.Cryptography;
using System.Text;
using Hosting.Configuration;
using NSec.Cryptography;

namespace Operator.PublicLog;

/// <summary>A file with an Ed25519 key: its seed of 32 bytes in base64, as Voting reads it from its settings.</summary>
internal static class SeedFile
{
    private const int SeedLength = 32;

    /// <summary>Writes a new key that only its owner can read.</summary>
    /// <exception cref="IOException">The file is there already.</exception>
    public static void Make(string path)
    {
        using var file = new FileStream(path, PrivateFiles.ToWrite(FileMode.CreateNew));
        file.Write(Encoding.ASCII.GetBytes(Convert.ToBase64String(RandomNumberGenerator.GetBytes(SeedLength))));
        file.Flush(flushToDisk: true);
    }

    /// <exception cref="UnusableException">The file holds something else.</exception>
    public static Key Read(string path)
    {
        var seed = new byte[SeedLength];
        return Convert.TryFromBase64String(File.ReadAllText(path).Trim(), seed, out var length) && length == SeedLength
            ? Key.Import(SignatureAlgorithm.Ed25519, seed, KeyBlobFormat.RawPrivateKey)
            : throw new UnusableException($"{path} is not {SeedLength} bytes in base64.");
    }

    public static byte[] Public(this Key key) => key.PublicKey.Export(KeyBlobFormat.RawPublicKey);
}
