using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Voting.Votes;

/// <summary>
/// A small answer written in one piece with its length. <c>TypedResults.Json</c> streams in chunks of unknown length, which costs a state
/// machine, a buffer and a writer for each of the many thousand answers a second.
/// </summary>
internal sealed class BufferedJson<T>(T answer, JsonTypeInfo<T> shape) : IResult
{
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? _writer;

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var buffer = _buffer ??= new ArrayBufferWriter<byte>(512);
        var writer = _writer ??= new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true });
        buffer.ResetWrittenCount();
        writer.Reset(buffer);
        JsonSerializer.Serialize(writer, answer, shape);

        var response = httpContext.Response;
        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = buffer.WrittenCount;
        // Copied by the server before this returns, so that the thread's buffer may serve the next answer.
        response.BodyWriter.Write(buffer.WrittenSpan);
        return Flush(response.BodyWriter.FlushAsync());
    }

    private static Task Flush(ValueTask<System.IO.Pipelines.FlushResult> flush)
    {
        if (!flush.IsCompletedSuccessfully)
            return flush.AsTask();
        _ = flush.Result;
        return Task.CompletedTask;
    }
}
