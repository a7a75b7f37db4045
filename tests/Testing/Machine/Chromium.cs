namespace Testing.Machine;

/// <summary>Finds a Chromium: the <c>CHROMIUM</c> variable, then where programs are; on Debian as root it is installed.</summary>
public static class Chromium
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

    /// <returns>The path of the program.</returns>
    /// <exception cref="MissingProgramException">It is not here and could not be installed.</exception>
    public static string Find()
    {
        if (Environment.GetEnvironmentVariable("CHROMIUM") is { Length: > 0 } named)
            return named;
        if (Names.Select(Programs.Find).FirstOrDefault(found => found is not null) is { } found)
            return found;
        if (Programs.Root && File.Exists("/etc/debian_version"))
            Programs.Install("chromium", "fonts-liberation");
        return Programs.Find("chromium")
            ?? throw new MissingProgramException(
                "The browser tests need Chromium: install it (Debian: apt-get install chromium) or name it in the CHROMIUM variable."
            );
    }
}
