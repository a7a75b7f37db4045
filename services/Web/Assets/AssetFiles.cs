using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.Primitives;

namespace Web.Assets;

/// <summary>
/// The style sheet, scripts and pictures: embedded in the assembly, so that Web is one folder wherever it runs and Standalone needs no
/// static web assets; served under an address with the content's hash, so that browsers may keep them for a year.
/// </summary>
public static partial class AssetFiles
{
    private sealed record Asset(
        string Url,
        string Type,
        string ETag,
        byte[] Plain,
        byte[]? Brotli,
        byte[]? Gzip,
        IReadOnlyList<string> Imports
    );

    private static readonly FileExtensionContentTypeProvider Types = new();
    private static readonly JsonSerializerOptions AsScript = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly Dictionary<string, Asset> ByName = Load();
    private static readonly Dictionary<string, Asset> ByUrl = ByName.Values.ToDictionary(asset => asset.Url);

    /// <summary>The hashed address of an asset, e.g. <c>/assets/site.1a2b3c4d5e.css</c>.</summary>
    public static string Url(string name) => ByName[name].Url;

    /// <summary>The content of an asset, uncompressed.</summary>
    public static ReadOnlySpan<byte> Bytes(string name) => ByName[name].Plain;

    /// <summary>
    /// The addresses of what a script imports, and what that imports, so that a page can ask for all of it at once; not what it imports
    /// only when it needs it.
    /// </summary>
    public static IEnumerable<string> Imports(string name) => ImportsOf(name).Distinct().Select(Url);

    internal static void MapAssets(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/assets/{file}", Serve).ExcludeFromDescription();
        routes
            .MapGet("/embed.js", ServeToAnySite)
            .WithTags("Reach")
            .WithName("getEmbedScript")
            .WithSummary("The script that defines `<live-verdict tool>` and `<live-comparison tools>`")
            .Produces<string>(200, "text/javascript");
        // Asked for by browsers on pages that name no icon, e.g. a bare XML feed.
        routes.MapGet("/favicon.ico", () => TypedResults.Redirect(Url("favicon.svg"))).ExcludeFromDescription();
    }

    private static Results<FileContentHttpResult, NotFound> Serve(string file, HttpContext context)
    {
        if (!ByUrl.TryGetValue("/assets/" + file, out var asset))
            return TypedResults.NotFound();

        context.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        return Send(asset, context);
    }

    // Publishers' pages name it without a hash. They load it across origins, where modules need to be allowed.
    private static FileContentHttpResult ServeToAnySite(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.CacheControl = "public, max-age=3600, stale-while-revalidate=86400";
        headers.AccessControlAllowOrigin = "*";
        headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        return Send(ByName["embed.js"], context);
    }

    private static FileContentHttpResult Send(Asset asset, HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.Vary = "Accept-Encoding";
        var (bytes, encoding) = Pick(asset, context.Request.Headers.AcceptEncoding);
        if (encoding is not null)
            headers.ContentEncoding = encoding;
        // Each encoding is a representation of its own, hence its own tag.
        return TypedResults.File(bytes, asset.Type, entityTag: new($"\"{asset.ETag}{(encoding is null ? "" : "-" + encoding)}\""));
    }

    private static (byte[] Bytes, string? Encoding) Pick(Asset asset, StringValues accepted)
    {
        var names = accepted.ToString();
        if (asset.Brotli is not null && names.Contains("br", StringComparison.OrdinalIgnoreCase))
            return (asset.Brotli, "br");
        if (asset.Gzip is not null && names.Contains("gzip", StringComparison.OrdinalIgnoreCase))
            return (asset.Gzip, "gzip");
        return (asset.Plain, null);
    }

    private static IEnumerable<string> ImportsOf(string name) =>
        ByName[name].Imports.SelectMany(import => ImportsOf(import).Prepend(import));

    private static Dictionary<string, Asset> Load()
    {
        const string Prefix = "Assets/";
        var resources = typeof(AssetFiles)
            .Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .ToDictionary(name => Path.GetFileName(name));
        var assets = new Dictionary<string, Asset>();
        foreach (var name in resources.Keys)
            LoadOnce(name, resources, assets);
        return assets;
    }

    private static Asset LoadOnce(string name, Dictionary<string, string> resources, Dictionary<string, Asset> assets)
    {
        if (assets.TryGetValue(name, out var loaded))
            return loaded;
        using var stream = typeof(AssetFiles).Assembly.GetManifestResourceStream(resources[name])!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        List<string> imports = [];
        if (Path.GetExtension(name) is ".js" or ".css")
        {
            // A script names what it imports by file name, and a style sheet its typeface. With the addresses in their place, its own hash
            // follows any change of theirs.
            bytes = Encoding.UTF8.GetBytes(
                Import()
                    .Replace(
                        Encoding.UTF8.GetString(bytes),
                        match =>
                        {
                            var import = match.Groups["name"].Value;
                            if (name.EndsWith(".js", StringComparison.Ordinal) && !match.Groups["later"].Success)
                                imports.Add(import);
                            return $"'{LoadOnce(import, resources, assets).Url}'";
                        }
                    )
            );
            bytes = Encoding.UTF8.GetBytes(Inlined(Encoding.UTF8.GetString(bytes), resources, assets));
        }

        var hash = Convert.ToHexStringLower(SHA256.HashData(bytes))[..12];
        var type = Types.TryGetContentType(name, out var known) ? known : "application/octet-stream";
        var text = type.StartsWith("text/", StringComparison.Ordinal) || type is "image/svg+xml";
        return assets[name] = new Asset(
            $"/assets/{Path.GetFileNameWithoutExtension(name)}.{hash}{Path.GetExtension(name)}",
            text ? type + "; charset=utf-8" : type,
            hash,
            bytes,
            text ? Compress(bytes, to => new BrotliStream(to, CompressionLevel.SmallestSize)) : null,
            text ? Compress(bytes, to => new GZipStream(to, CompressionLevel.SmallestSize)) : null,
            imports
        );
    }

    // Imports of style sheets and data in the language's own notation, which some browsers don't know yet and which would be requests of
    // their own.
    private static string Inlined(string script, Dictionary<string, string> resources, Dictionary<string, Asset> assets) =>
        ImportOfText()
            .Replace(
                script,
                match =>
                {
                    var (name, text) = (match.Groups["as"].Value, LoadOnce(match.Groups["name"].Value, resources, assets).Plain);
                    if (match.Groups["type"].Value == "json")
                        return $"const {name} = {JsonNode.Parse(text)!.ToJsonString(AsScript)};";
                    var style = JsonSerializer.Serialize(Encoding.UTF8.GetString(text), AsScript);
                    return $"const {name} = new CSSStyleSheet();\n{name}.replaceSync({style});";
                }
            );

    [GeneratedRegex(
        @"^import (?<as>\w+) from '\./(?<name>[a-z.]+)' with \{ type: '(?<type>css|json)' \};$",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture
    )]
    private static partial Regex ImportOfText();

    [GeneratedRegex(
        @"(?<=^import .*|\b(?<later>import|new Worker)\(|\burl\()'\./(?<name>[a-z0-9.-]+\.(?:js|woff2))'",
        RegexOptions.Multiline
    )]
    private static partial Regex Import();

    private static byte[] Compress(byte[] bytes, Func<Stream, Stream> encoder)
    {
        using var compressed = new MemoryStream();
        using (var encoding = encoder(compressed))
            encoding.Write(bytes);
        return compressed.ToArray();
    }
}
