using System.Security.Cryptography;
using System.Text;
using Hosting.Configuration;

namespace Standalone;

/// <summary>Keys that are made once and kept in the data folder, readable by their owner alone.</summary>
internal static class Keys
{
    /// <returns>32 bytes in base64. The one that signs voters is precious: lost, it makes every reader a new voter.</returns>
    public static string InFile(string path)
    {
        if (!File.Exists(path))
        {
            using var file = new StreamWriter(path, PrivateFiles.ToWrite(FileMode.CreateNew));
            file.Write(Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
        }

        return File.ReadAllText(path).Trim();
    }

    /// <returns>Eight letters that tell this key from others and nothing else of it: a data folder that is begun anew has another
    /// log.</returns>
    public static string NameOf(string path) => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(InFile(path)))[..4]);
}
