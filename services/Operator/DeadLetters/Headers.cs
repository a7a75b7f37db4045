using System.Globalization;
using System.Text;
using RabbitMQ.Client;

namespace Operator.DeadLetters;

/// <summary>What MassTransit (<c>MT-Fault-…</c>) and RabbitMQ (<c>x-death</c> and its like) say of a dead letter.</summary>
internal static class Headers
{
    public static DeadLetter Read(string queue, BasicGetResult got)
    {
        var headers = got.BasicProperties.Headers ?? new Dictionary<string, object?>();
        var reason = Text(headers, "MT-Fault-ExceptionType") is { } type
            ? $"{type}: {Text(headers, "MT-Fault-Message")}"
            : Text(headers, "x-first-death-reason") ?? Text(headers, "MT-Reason") ?? "unknown";
        var at = DateTimeOffset.TryParse(
            Text(headers, "MT-Fault-Timestamp"),
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out var time
        )
            ? time
            : (DateTimeOffset?)null;
        return new DeadLetter(
            queue,
            got.BasicProperties.MessageId,
            reason,
            Text(headers, "MT-Fault-ConsumerType"),
            at,
            Encoding.UTF8.GetString(got.Body.Span)
        );
    }

    /// <summary>As the message was before it failed, so that it is judged again.</summary>
    public static IDictionary<string, object?>? WithoutFaults(IDictionary<string, object?>? headers) =>
        headers
            ?.Where(header =>
                !header.Key.StartsWith("MT-Fault-", StringComparison.Ordinal)
                && !header.Key.Contains("death", StringComparison.Ordinal)
                && header.Key is not ("MT-Reason" or "x-delivery-count" or "x-acquired-count")
            )
            .ToDictionary();

    private static string? Text(IDictionary<string, object?> headers, string name) =>
        headers.TryGetValue(name, out var value)
            ? value is byte[] bytes
                ? Encoding.UTF8.GetString(bytes)
                : Convert.ToString(value, CultureInfo.InvariantCulture)
            : null;
}
