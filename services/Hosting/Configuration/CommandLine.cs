namespace Hosting.Configuration;

/// <summary>What a service's own program can be told when it is started.</summary>
public static class CommandLine
{
    /// <summary>How this program was started, to be typed again: its file, or <c>dotnet</c> and the file.</summary>
    public static string Self
    {
        get
        {
            var program = Environment.ProcessPath ?? "dotnet";
            return Path.GetFileNameWithoutExtension(program) == "dotnet"
                ? $"dotnet {Quoted(Environment.GetCommandLineArgs()[0])}"
                : Quoted(program);
        }
    }

    /// <summary>Wherever it stands: who adds it to a long line wants to know, and not to start anything.</summary>
    public static bool AsksForHelp(string[] args) => args is ["help", ..] || args.Any(arg => arg is "--help" or "-h" or "-?");

    /// <param name="more">Lines about what else this program can be told; empty or ending in a line break.</param>
    internal static string Help(string name, string more) =>
        $"""
            {name}: runs the service until it is told to stop.

              {Self} [--urls http://127.0.0.1:8080] [--Section:Key=value ...]
              {Self} migrate    applies the schema and exits
              {Self} health     asks the process that runs beside it whether it is ready; exit code 0 when it is
            {more}
            Every setting is also read from the environment (Section__Key=value) and from files in
            SECRETS_DIR. services/{name}/README.md links the list.
            """;

    private static string Quoted(string path) => path.Contains(' ', StringComparison.Ordinal) ? $"\"{path}\"" : path;
}
