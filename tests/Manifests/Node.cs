using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Manifests.Tests;

/// <summary>A place in a YAML document. A path that leads nowhere is an empty place, so that tests read as the documents do.</summary>
internal sealed class Node(YamlNode? yaml)
{
    public Node this[string key] =>
        new(yaml is YamlMappingNode map && map.Children.TryGetValue(new YamlScalarNode(key), out var value) ? value : null);

    public bool Exists => yaml is not null;
    public string? Text => (yaml as YamlScalarNode)?.Value;
    public int Number => int.Parse(Text ?? throw new InvalidOperationException("No number here."), CultureInfo.InvariantCulture);
    public IReadOnlyList<Node> Each => yaml is YamlSequenceNode list ? [.. list.Children.Select(child => new Node(child))] : [];
    public IReadOnlyDictionary<string, Node> Members =>
        yaml is YamlMappingNode map
            ? map.Children.ToDictionary(pair => ((YamlScalarNode)pair.Key).Value!, pair => new Node(pair.Value))
            : new Dictionary<string, Node>();

    /// <summary>The same for the same content, however it is written.</summary>
    public string Content =>
        yaml switch
        {
            YamlMappingNode map => "{"
                + string.Join(",", map.Children.Select(pair => $"{pair.Key}:{new Node(pair.Value).Content}").Order(StringComparer.Ordinal))
                + "}",
            YamlSequenceNode list => "[" + string.Join(",", list.Children.Select(child => new Node(child).Content)) + "]",
            _ => Text ?? "",
        };

    /// <summary>Every document of a file, merge keys (<c>&lt;&lt;</c>) resolved.</summary>
    public static IReadOnlyList<Node> Load(string path)
    {
        using var reader = new StreamReader(Repository.Path(path));
        return Load(reader);
    }

    /// <summary>The one document of a text.</summary>
    public static Node Parse(string text) => Load(new StringReader(text)).Single();

    private static List<Node> Load(TextReader reader)
    {
        var stream = new YamlStream();
        stream.Load(new MergingParser(new Parser(reader)));
        return [.. stream.Documents.Select(document => new Node(document.RootNode))];
    }
}

internal static class Repository
{
    private static readonly string Root = Find();

    public static readonly string[] Services = ["catalog", "voting", "tally", "newsletter", "webhooks", "web"];

    public static string Path(string relative) => System.IO.Path.Combine(Root, relative);

    public static string Read(string relative) => File.ReadAllText(Path(relative));

    /// <summary>Files as the repository knows them: generated secrets and builds are none of it.</summary>
    public static IEnumerable<string> Files(string folder, string pattern) =>
        Directory
            .EnumerateFiles(Path(folder), pattern, SearchOption.AllDirectories)
            .Select(file => System.IO.Path.GetRelativePath(Root, file).Replace('\\', '/'))
            .Where(file => !file.Split('/').Any(part => part is "secrets" or "bin" or "obj"))
            .Order(StringComparer.Ordinal);

    public static string Title(string service) => char.ToUpperInvariant(service[0]) + service[1..];

    private static string Find()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = System.IO.Path.GetDirectoryName(folder))
        {
            if (File.Exists(System.IO.Path.Combine(folder, "Voting.sln")))
                return folder;
        }

        throw new InvalidOperationException("The tests run inside the repository.");
    }
}
