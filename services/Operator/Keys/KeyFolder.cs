using System.Globalization;
using System.Security.Cryptography;
using Hosting.Configuration;

namespace Operator.Keys;

/// <summary>
/// A folder with one file per setting that holds the keys that sign voters: <c>Voters__SigningKeys__0</c> is the newest and signs, all
/// verify. Files are written one by one, from the last place to the first, and keep their owner and mode, so that services can still read
/// them when the tool runs as root. An empty file at the end is a free place, which a manifest may list before there is a key.
/// </summary>
internal sealed class KeyFolder(string folder)
{
    private const string Prefix = "Voters__SigningKeys__";

    /// <param name="Id">As it stands in tokens: the first 4 bytes of the key's SHA-256, in hex. Tells nothing of the key.</param>
    internal sealed record Key(int Place, string Id, bool Signs);

    /// <exception cref="UnusableException">A key is not 32 bytes in base64, or a place is missing.</exception>
    public IReadOnlyList<Key> List() => Read().Select((key, place) => new Key(place, IdOf(key), place == 0)).ToList();

    /// <summary>Adds a new key in the last place: it verifies and does not sign yet, so that every replica can learn of it first.</summary>
    public void Announce()
    {
        var keys = Read();
        Write(keys.Count, Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
    }

    /// <summary>Moves the key of the last place to the first: from now on it signs.</summary>
    public void Promote()
    {
        var keys = Read();
        if (keys.Count < 2)
            throw new UnusableException("There is only one key; announce a new one first.");
        Replace([keys[^1], .. keys.Take(keys.Count - 1)]);
    }

    /// <summary>Removes a key: tokens it signed are refused from then on.</summary>
    public void Remove(string id)
    {
        var keys = Read();
        var left = keys.Where(key => IdOf(key) != id).ToList();
        if (left.Count == keys.Count)
            throw new UnusableException($"No key is named {id}.");
        if (left.Count == 0)
            throw new UnusableException("That is the only key; announce and promote a new one first.");
        if (IdOf(keys[0]) == id)
            throw new UnusableException("That key signs; promote another one first.");
        Replace(left);
        // A folder that lists free places gets one more; in another no file is left over.
        var keepsFree = File.Exists(PathOf(keys.Count));
        for (var place = left.Count; place < keys.Count; place++)
        {
            if (keepsFree)
                Write(place, "");
            else
                File.Delete(PathOf(place));
        }
    }

    private void Replace(List<string> keys)
    {
        for (var place = keys.Count - 1; place >= 0; place--)
            Write(place, keys[place]);
    }

    private List<string> Read()
    {
        var places = Directory
            .GetFiles(folder, Prefix + "*")
            .Select(file =>
                int.TryParse(Path.GetFileName(file)[Prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var place)
                    ? place
                    : -1
            )
            .Where(place => place >= 0)
            .Order()
            .ToList();
        if (places.Count == 0)
            throw new UnusableException($"{folder} holds no file {Prefix}0.");
        if (!places.SequenceEqual(Enumerable.Range(0, places.Count)))
            throw new UnusableException($"The places of the keys in {folder} are {string.Join(", ", places)}; they must count up from 0.");
        var keys = places.ConvertAll(place => File.ReadAllText(PathOf(place)).Trim());
        while (keys is [_, .., ""])
            keys.RemoveAt(keys.Count - 1);
        return keys.Select((key, place) => Valid(place, key)).ToList();
    }

    private static string Valid(int place, string key)
    {
        var bytes = new byte[32];
        return Convert.TryFromBase64String(key, bytes, out var length) && length == 32
            ? key
            : throw new UnusableException($"{Prefix}{place} is not 32 bytes in base64.");
    }

    private void Write(int place, string key)
    {
        var path = PathOf(place);
        var options = PrivateFiles.ToWrite(FileMode.OpenOrCreate);
        // A new file is for those who read its neighbor.
        if (!OperatingSystem.IsWindows() && File.Exists(PathOf(0)))
            options.UnixCreateMode = File.GetUnixFileMode(PathOf(0));
        // In place and all at once: a new file in its place would belong to the account that runs the tool.
        using var file = new FileStream(path, options);
        file.Write(System.Text.Encoding.ASCII.GetBytes(key));
        file.SetLength(key.Length);
        file.Flush(flushToDisk: true);
    }

    private static string IdOf(string key) => Convert.ToHexStringLower(SHA256.HashData(Convert.FromBase64String(key)).AsSpan(0, 4));

    private string PathOf(int place) => Path.Combine(folder, Prefix + place.ToString(CultureInfo.InvariantCulture));
}
