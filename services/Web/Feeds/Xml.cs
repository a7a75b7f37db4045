using System.Xml;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Web;

internal static class Xml
{
    public static FileContentHttpResult Of(string type, XElement root)
    {
        using var bytes = new MemoryStream();
        new XDocument(root).Save(bytes, SaveOptions.DisableFormatting);
        return TypedResults.File(bytes.ToArray(), type + "; charset=utf-8");
    }

    /// <summary>Without the characters XML can't hold, escaped or not.</summary>
    public static string Text(string text) => text.All(XmlConvert.IsXmlChar) ? text : new string(text.Where(XmlConvert.IsXmlChar).ToArray());
}
