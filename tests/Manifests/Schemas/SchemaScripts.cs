using System.Security.Cryptography;

namespace Manifests.Tests.Schemas;

/// <summary>A service's schema scripts for one kind of database, those of the last release and all.</summary>
/// <param name="Service">Such as <c>Voting</c>.</param>
/// <param name="Kind"><c>Postgres</c> or <c>Sqlite</c>.</param>
public sealed record SchemaScripts(string Service, string Kind)
{
    private string Folder => $"services/{Service}/Schema";

    /// <summary>Hashes of the last release's scripts by path within the folder.</summary>
    public IReadOnlyDictionary<string, string> Released =>
        Repository
            .Read($"{Folder}/released.txt")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split("  ", 2))
            .ToDictionary(parts => parts[1], parts => parts[0]);

    /// <summary>Paths within the folder in the order they are applied.</summary>
    public IReadOnlyList<string> All =>
        [
            .. Repository
                .Files(Folder, "*.sql")
                .Select(file => file[(Folder.Length + 1)..])
                .Where(file =>
                    file.StartsWith($"{Kind}/", StringComparison.Ordinal) || file.StartsWith("Shared/", StringComparison.Ordinal)
                ),
        ];

    public IReadOnlyList<string> New => [.. All.Where(script => !Released.ContainsKey(script))];

    public string Text(string script) => Repository.Read($"{Folder}/{script}");

    public string Hash(string script) =>
        Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Repository.Path($"{Folder}/{script}"))));

    /// <summary>Statements of the last release's code, parted by empty lines.</summary>
    public IReadOnlyList<string> Statements
    {
        get
        {
            var file = $"tests/Manifests/Released/{Service}.{Kind}.sql";
            var text = Repository.Read(File.Exists(Repository.Path(file)) ? file : $"tests/Manifests/Released/{Service}.sql");
            return text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        }
    }

    public override string ToString() => $"{Service} on {Kind}";
}
