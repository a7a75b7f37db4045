using Hosting.Configuration;

namespace Standalone;

/// <summary>
/// Held while the process lives: embedded means one process, since two would each keep counters of their own and disagree.
/// The operating system releases it when the process dies, however it dies.
/// </summary>
internal sealed class DataLock : IDisposable
{
    public const string FileName = ".lock";
    private readonly FileStream _file;

    private DataLock(FileStream file) => _file = file;

    /// <exception cref="IOException">Another process holds the folder.</exception>
    public static DataLock Take(string folder)
    {
        try
        {
            var file = Path.Combine(folder, FileName);
            PrivateFiles.Close(file);
            var options = PrivateFiles.ToWrite(FileMode.OpenOrCreate);
            options.Share = FileShare.None;
            return new DataLock(new FileStream(file, options));
        }
        catch (IOException error)
        {
            throw new IOException($"The data folder {folder} is in use by another process.", error);
        }
    }

    public void Dispose() => _file.Dispose();
}
