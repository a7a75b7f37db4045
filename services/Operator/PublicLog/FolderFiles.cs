namespace Operator.PublicLog;

/// <summary>A log in a folder: a copy that needs no site.</summary>
internal sealed class FolderFiles(string folder) : ILogFiles
{
    public const string Checkpoint = "checkpoint";

    public string Place => folder + Path.DirectorySeparatorChar;

    /// <returns>The folder itself, or its <c>log</c> for a copy of a whole site.</returns>
    /// <exception cref="UnusableException">Neither holds a checkpoint.</exception>
    public static FolderFiles Open(string folder) =>
        ((string[])[folder, Path.Combine(folder, "log")]).FirstOrDefault(place => File.Exists(Path.Combine(place, Checkpoint))) is { } found
            ? new FolderFiles(Path.GetFullPath(found))
            : throw new UnusableException($"{folder} holds no log: there is no file {Checkpoint}.");

    public async Task<byte[]?> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return await File.ReadAllBytesAsync(Path.Combine(folder, path), cancellationToken);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}
