using System.Data.Common;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using Contracts.Log;
using Hosting.Http;

namespace Voting.Log;

/// <summary>The public log as files that any site may read, in the formats of C2SP <c>tlog-tiles</c> and <c>tlog-proof</c>.</summary>
internal static class ServeLog
{
    private const string Text = "text/plain; charset=utf-8";
    private const string Forever = "public, max-age=31536000, immutable";
    private const int RetrySeconds = 1;

    public static Task<IResult> CheckpointAsync(HttpContext context, LogStore store) =>
        ReadAsync(
            context,
            async () =>
                (await store.HeadAsync(context.RequestAborted)).Note is { } note ? TypedResults.Text(note, Text) : NotSigned(context)
        );

    public static Task<IResult> TileAsync(HttpContext context, string address, LogStore store) =>
        !Tile.TryParse(address, out var tile)
            ? Task.FromResult<IResult>(
                Problems.Of(
                    400,
                    "malformed-tile",
                    "A tile's address is a level and a number, such as 0/x001/234, or entries/000.p/17 for entries."
                )
            )
            : ReadAsync(context, () => tile.Level is null ? BundleAsync(context, tile, store) : HashesAsync(context, tile, store));

    public static Task<IResult> ProofAsync(HttpContext context, string index, LogStore store) =>
        ReadAsync(
            context,
            async () =>
            {
                var isNumber = long.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out var place);
                var head = await store.HeadAsync(context.RequestAborted);
                return !isNumber || place >= head.Entries ? Problems.Of(404, "unknown-entry", "The log has no entry with this index.")
                    : place >= head.Provable ? NotCovered(context)
                    : await ProveAsync(context, head, place, store);
            }
        );

    public static Task<IResult> TallyAsync(HttpContext context, string tool, LogStore store) =>
        ReadAsync(
            context,
            async () =>
            {
                // In this order: a checkpoint that is older than the totals does not cover them.
                var totals = await store.TotalsAsync(tool, context.RequestAborted);
                var head = await store.HeadAsync(context.RequestAborted);
                return totals is null ? Problems.Of(404, "no-entries", "The log has no entry about this tool.")
                    : totals.Entry >= head.Provable ? NotCovered(context)
                    : await ProveAsync(context, head, totals.Entry, store);
            }
        );

    public static IResult Key(HttpContext context, LogSigner signer)
    {
        context.Response.Headers.CacheControl = "no-cache";
        return signer.Keys.Count == 0 ? NotSigned(context) : TypedResults.Text(string.Concat(signer.Keys.Select(key => $"{key}\n")), Text);
    }

    /// <summary>What a verifier should demand, in the words of C2SP <c>tlog-policy</c>.</summary>
    public static IResult Policy(HttpContext context, LogSigner signer, IReadOnlyList<WitnessSettings> witnesses)
    {
        context.Response.Headers.CacheControl = "no-cache";
        return signer.Keys.Count == 0
            ? NotSigned(context)
            : TypedResults.Text(
                string.Concat([
                    .. signer.Keys.Select(key => $"log {key}\n"),
                    .. witnesses.Select(witness => $"witness {witness.Key.Name} {witness.Key}\n"),
                    "quorum none\n",
                ]),
                Text
            );
    }

    private static async Task<IResult> HashesAsync(HttpContext context, Tile tile, LogStore store)
    {
        var hashes = await store.HashesAsync(tile, context.RequestAborted);
        var length = tile.Width * LogHash.Length;
        if (hashes is null || hashes.Length < length)
            return NoTile();
        context.Response.Headers.CacheControl = Forever;
        return TypedResults.Bytes(hashes.AsMemory(0, length), "application/octet-stream");
    }

    private static async Task<IResult> BundleAsync(HttpContext context, Tile tile, LogStore store)
    {
        var bundle = await store.BundleAsync(tile.Number, context.RequestAborted);
        if (bundle is null || EntryBundle.LengthOf(bundle, tile.Width) is not { } length)
            return NoTile();
        var headers = context.Response.Headers;
        (headers.CacheControl, headers.Vary) = (Forever, "Accept-Encoding");
        if (!context.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.OrdinalIgnoreCase))
            return TypedResults.Bytes(bundle.AsMemory(0, length), "application/octet-stream");
        headers.ContentEncoding = "gzip";
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(bundle, 0, length);
        return TypedResults.Bytes(packed.ToArray(), "application/octet-stream");
    }

    private static async Task<IResult> ProveAsync(HttpContext context, LogHead head, long index, LogStore store)
    {
        var entry =
            await store.EntryAsync(index, context.RequestAborted) ?? throw new InvalidDataException($"The log has no entry {index}.");
        var path = await store.TreeOf(head.SignedSize, context.RequestAborted).InclusionAsync(index);
        return TypedResults.Text(new InclusionNote(entry, index, path, head.Note!).ToString(), Text, Encoding.UTF8);
    }

    private static IResult NoTile() =>
        Problems.Of(404, "unknown-tile", "The log has no tile of this width here; the checkpoint says how many entries it has.");

    private static IResult NotCovered(HttpContext context) =>
        Problems.Retry(
            context,
            404,
            "not-covered-yet",
            "The signed checkpoint does not cover this entry yet; try again in a moment.",
            RetrySeconds
        );

    private static IResult NotSigned(HttpContext context) =>
        Problems.Retry(context, 404, "log-not-signed", "The log has no signed checkpoint yet.", RetrySeconds);

    private static Task<IResult> ReadAsync(HttpContext context, Func<Task<IResult>> read) =>
        Refused.UnlessReadAsync(
            context,
            async () =>
            {
                context.Response.Headers.CacheControl = "no-store";
                return await read();
            }
        );
}
