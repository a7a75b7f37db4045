using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using Shouldly;
using Xunit;

namespace Newsletter.Tests;

public sealed class TimingTests : IAsyncLifetime
{
    private const int Rounds = 12;
    private readonly Press _press = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _press.DisposeAsync();

    /// <summary>Asks for an address, and at once for another: how long does the second take while the first is dealt with?</summary>
    private static async Task<double> AfterAskingForAsync(HttpClient client, string email, int round)
    {
        (await client.PostAsJsonAsync("/api/newsletter/subscriptions", new { email })).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var watch = Stopwatch.StartNew();
        (await client.PostAsJsonAsync("/api/newsletter/subscriptions", new { email = $"probe{round}@example.org" })).StatusCode.ShouldBe(
            HttpStatusCode.Accepted
        );
        return watch.Elapsed.TotalMilliseconds;
    }

    [Fact]
    public async Task No_personal_data__the_time_of_the_next_answer_does_not_tell_who_subscribed()
    {
        var client = await _press.StartAsync("--RateLimits:Enabled=false");
        await _press.SubscribeAsync(client, "known@example.org");
        await _press.QuietAsync();
        var (known, unknown) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            known.Add(await AfterAskingForAsync(client, "known@example.org", 2 * round));
            await _press.QuietAsync();
            unknown.Add(await AfterAskingForAsync(client, $"stranger{round}@example.org", 2 * round + 1));
            await _press.QuietAsync();
        }

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"known {string.Join(' ', known.Order().Select(ms => $"{ms:0}"))}; unknown {string.Join(' ', unknown.Order().Select(ms => $"{ms:0}"))}"
        );
        // While a mail is written, another writer waits for its turn. A busy machine only adds to some of the times, so the quick ones are
        // compared.
        Math.Abs(LowerQuartile(known) - LowerQuartile(unknown)).ShouldBeLessThan(40);
    }

    private static double LowerQuartile(List<double> times) => times.Order().ElementAt(times.Count / 4);
}
