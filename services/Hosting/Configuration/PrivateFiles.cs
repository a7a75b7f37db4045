namespace Hosting.Configuration;

/// <summary>Files and folders that only their owner may read, whatever the umask of the account that started the process.</summary>
public static class PrivateFiles
{
    private const UnixFileMode OwnFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnFolder = OwnFile | UnixFileMode.UserExecute;

    /// <summary>Opens a file for writing; one that is made here gets mode 0600.</summary>
    public static FileStreamOptions ToWrite(FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnFile;
        return options;
    }

    /// <summary>Makes a folder with mode 0700. One that exists is left as it is: it may be shared on purpose.</summary>
    public static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, OwnFolder);
    }

    /// <summary>Takes away what others may do with a file or folder, if it is there.</summary>
    public static void Close(string path)
    {
        if (OperatingSystem.IsWindows() || !Path.Exists(path))
            return;
        try
        {
            var mode = File.GetUnixFileMode(path);
            if ((mode & OwnFolder) != mode)
                File.SetUnixFileMode(path, mode & OwnFolder);
        }
        catch (FileNotFoundException)
        {
            // SQLite's journal goes with the transaction of another connection.
        }
        catch (UnauthorizedAccessException)
        {
            // Another account's, which decides for itself.
        }
    }
}
