using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Hosting;
using OpenTelemetry;

namespace Webhooks.Sending;

/// <summary>A message as a receiver gets it.</summary>
/// <param name="Id">The same in every attempt: what a receiver tells doubles by.</param>
/// <param name="Timestamp">Of this attempt, in Unix seconds.</param>
/// <param name="Signatures">Of the keys, separated by spaces.</param>
internal sealed record Message(string Id, long Timestamp, string Signatures, string Payload);

/// <summary>Makes one attempt to deliver a message. An own client rather than the factory's, which logs addresses.</summary>
internal sealed class MessageClient(GuardedConnections connections, WebhooksSettings settings, TimeProvider timeProvider) : IDisposable
{
    private static readonly ProductInfoHeaderValue Agent = new("Verdicts-Webhooks", "1");
    private readonly HttpMessageInvoker _client = new(connections.NewHandler());

    public async Task<Attempt> SendAsync(Uri url, Message message, CancellationToken cancellationToken)
    {
        // An endpoint's path is often a password, and spans are exported.
        using var untraced = SuppressInstrumentationScope.Begin();
        using var time = cancellationToken.WithTimeout(settings.Timeout);
        using var request = new HttpRequestMessage(HttpMethod.Post, url)
        {
            Content = new StringContent(message.Payload, Encoding.UTF8, new MediaTypeHeaderValue("application/json")),
        };
        request.Headers.Add("webhook-id", message.Id);
        request.Headers.Add("webhook-timestamp", message.Timestamp.ToString(CultureInfo.InvariantCulture));
        request.Headers.TryAddWithoutValidation("webhook-signature", message.Signatures);
        request.Headers.UserAgent.Add(Agent);
        try
        {
            using var answer = await _client.SendAsync(request, time.Token);
            return Judge(answer);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new Attempt(null, $"No answer within {settings.Timeout.TotalSeconds:0} seconds");
        }
        catch (HttpRequestException error)
        {
            return Judge(error);
        }
    }

    public void Dispose() => _client.Dispose();

    private Attempt Judge(HttpResponseMessage answer)
    {
        var status = (int)answer.StatusCode;
        return status switch
        {
            >= 200 and < 300 => new Attempt(status, null),
            >= 300 and < 400 => new Attempt(status, $"Answered {status}; redirects are not followed"),
            _ => new Attempt(status, $"Answered {status}", Pause(answer)),
        };
    }

    private static Attempt Judge(HttpRequestException error) =>
        error.GetBaseException() switch
        {
            AddressRefusedException => new Attempt(null, "The address is not public") { IsRefused = true },
            SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain } => new Attempt(
                null,
                "The host name is unknown"
            ),
            AuthenticationException => new Attempt(null, "The certificate is not trusted"),
            SocketException => new Attempt(null, "The connection failed"),
            _ => new Attempt(
                null,
                error.HttpRequestError is HttpRequestError.ConfigurationLimitExceeded
                    ? "Its headers are too large"
                    : "The answer is unreadable"
            ),
        };

    private TimeSpan? Pause(HttpResponseMessage answer) =>
        answer.Headers.RetryAfter switch
        {
            { Delta: { } wait } => wait,
            { Date: { } date } => date - timeProvider.GetUtcNow(),
            _ => null,
        };
}
