using System.Collections.Concurrent;
using System.Reflection;
using System.Xml.Linq;

namespace Hosting.Description;

/// <summary>
/// The documentation comments that the compiler leaves beside an assembly. The framework's generator reads those of the project that calls
/// <c>AddOpenApi</c> alone, and that is this one for all services.
/// </summary>
internal static class XmlComments
{
    private static readonly ConcurrentDictionary<Assembly, Dictionary<string, XElement>> Files = new();

    public static string? OfType(Type type) => Text(Find(type)?.Element("summary"));

    /// <summary>A property's own comment, or that of the record's parameter which makes it.</summary>
    public static string? OfProperty(PropertyInfo property)
    {
        if (property.DeclaringType is not { } type)
            return null;
        return Text(Members(type.Assembly).GetValueOrDefault($"P:{Named(type)}.{property.Name}")?.Element("summary"))
            ?? Text(Find(type)?.Elements("param").FirstOrDefault(parameter => (string?)parameter.Attribute("name") == property.Name));
    }

    private static XElement? Find(Type type) => Members(type.Assembly).GetValueOrDefault($"T:{Named(type)}");

    private static string? Named(Type type) => type.FullName?.Replace('+', '.');

    private static Dictionary<string, XElement> Members(Assembly assembly) =>
        Files.GetOrAdd(
            assembly,
            static assembly =>
            {
                var file = Path.Combine(AppContext.BaseDirectory, $"{assembly.GetName().Name}.xml");
                return File.Exists(file)
                    ? XDocument.Load(file).Descendants("member").ToDictionary(member => (string)member.Attribute("name")!)
                    : [];
            }
        );

    // Markdown, which is what the description's readers show.
    private static string? Text(XElement? comment)
    {
        if (comment is null)
            return null;
        var words = string.Concat(
            comment
                .Nodes()
                .Select(node =>
                    node switch
                    {
                        XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
                        XElement { Name.LocalName: "see" } see => $"`{((string?)see.Attribute("cref") ?? "").Split('.')[^1]}`",
                        XElement { Name.LocalName: "paramref" } parameter => $"`{JsonName((string?)parameter.Attribute("name") ?? "")}`",
                        XElement other => other.Value,
                        XText text => text.Value,
                        _ => "",
                    }
                )
        );
        return string.Join(' ', words.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)) is { Length: > 0 } text ? text : null;
    }

    private static string JsonName(string name) => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(name);
}
