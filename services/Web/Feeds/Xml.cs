using System.Xml;
using System.Xml.Linq;
using Web.Delivery;

namespace Web.Feeds;

internal static class Xml
{
    public static IResult Of(HttpContext context, string type, XElement root)
    {
        using var bytes = new MemoryStream();
        new XDocument(root).Save(bytes, SaveOptions.DisableFormatting);
        var content = bytes.ToArray();
        context.Response.Headers.CacheControl = "no-cache";
        return Tagged.Has(context, Tagged.TagOf(content))
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.File(content, type + "; charset=utf-8");
    }

    /// <summary>Without the characters XML can't hold, escaped or not.</summary>
    public static string Text(string text) =>
        text.All(XmlConvert.IsXmlChar) ? text : new string(text.Where(XmlConvert.IsXmlChar).ToArray());
}
