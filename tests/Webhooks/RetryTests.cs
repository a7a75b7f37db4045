using System.Net;
using System.Text.Json.Nodes;
using Shouldly;
using Testing;
using Testing.Servers;
using Xunit;

namespace Webhooks.Tests;

public abstract class RetryTests(SharedPostgres? postgres) : IAsyncLifetime
{
    private Publisher _publisher = null!;
    private HttpClient _client = null!;
    private JsonNode _webhook = null!;

    public async ValueTask InitializeAsync()
    {
        _publisher = await Publisher.OnAsync(postgres);
        _client = await _publisher.StartAsync();
        _webhook = await Publisher.RegisterAsync(
            _client,
            _publisher.Receiver.Address,
            new { type = "tool.milestone", conditions = new { votes = new[] { 1, 2, 3, 4 } } }
        );
    }

    public ValueTask DisposeAsync() => _publisher.DisposeAsync();

    private Receiver Receiver => _publisher.Receiver;

    private Task<JsonNode> DeliveryAsync(Func<JsonNode, bool> wanted) => Publisher.DeliveryAsync(_client, _webhook, wanted);

    private Task<HttpResponseMessage> PostAsync(string what) => _client.PostAsync($"/api/webhooks/{_webhook["id"]}/{what}", null);

    private async Task<JsonNode> WebhookAsync() => (await Publisher.GetAsync(_client, "/api/webhooks"))["webhooks"]![0]!;

    private static double SecondsAhead(JsonNode delivery) =>
        (delivery["nextAt"]!.GetValue<DateTimeOffset>() - delivery["attemptedAt"]!.GetValue<DateTimeOffset>()).TotalSeconds;

    private static Func<JsonNode, bool> Tried(int attempts) =>
        delivery => (int)delivery["attempts"]! == attempts && (string)delivery["state"]! != "sending";

    [Fact]
    public async Task A_receiver_that_was_down_gets_everything_once_it_is_back_in_one_go()
    {
        await Receiver.StopAsync();
        for (var votes = 1; votes <= 4; votes++)
            await _publisher.VotesAsync("alpha", votes, 0);
        await _publisher.AsTimePassesAsync(
            async () => await _publisher.CountAsync("select coalesce(max(attempts), 0) from deliveries") >= 4,
            "it was tried for a while",
            TimeSpan.FromMinutes(1)
        );
        ((string)(await WebhookAsync())["status"]!).ShouldBe("failing");
        ((string)(await WebhookAsync())["notice"]!).ShouldStartWith("Failing since 2026-11-25");

        await Receiver.StartAsync();
        await _publisher.AsTimePassesAsync(() => Task.FromResult(Receiver.All.Count >= 4), "all arrived", TimeSpan.FromSeconds(10));
        Receiver.All.Select(message => (int)message.Data["votes"]!).Order().ShouldBe([1, 2, 3, 4]);
        Receiver.All.Select(message => message.Id).ShouldBeUnique();
        await Eventually.HoldsAsync(async () => (string)(await WebhookAsync())["status"]! == "enabled", "it works again");
    }

    [Fact]
    public async Task Every_attempt_has_the_same_id_and_a_timestamp_of_its_own_and_waits_as_published()
    {
        Receiver.AnswerStatus(500);
        await _publisher.VotesAsync("alpha", 1, 0);
        var first = await DeliveryAsync(Tried(1));
        SecondsAhead(first).ShouldBeInRange(4.5, 5.5);
        ((string)first["problem"]!).ShouldBe("Answered 500");
        _publisher.Time.Advance(TimeSpan.FromSeconds(10));
        SecondsAhead(await DeliveryAsync(Tried(2))).ShouldBeInRange(270, 330);
        Receiver.All.Select(message => message.Id).Distinct().ShouldHaveSingleItem();
        Receiver.All.Select(message => message.Timestamp).ShouldBeUnique();
        Receiver.All.Select(message => message.Body).Distinct().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_receiver_that_asks_for_a_pause_gets_it()
    {
        Receiver.AnswerStatus(429, "Retry-After", "120");
        await _publisher.VotesAsync("alpha", 1, 0);
        SecondsAhead(await DeliveryAsync(Tried(1))).ShouldBe(120, tolerance: 1);
        Receiver.AnswerStatus(503, "Retry-After", "99999999999999999999");
        _publisher.Time.Advance(TimeSpan.FromMinutes(3));
        SecondsAhead(await DeliveryAsync(Tried(2))).ShouldBeInRange(270, 86_400);
    }

    [Fact]
    public async Task After_the_tenth_attempt_a_delivery_has_failed_and_can_be_sent_again_by_hand()
    {
        Receiver.AnswerStatus(500);
        await _publisher.VotesAsync("alpha", 1, 0);
        await _publisher.AsTimePassesAsync(
            async () => await _publisher.CountAsync("select count(*) from deliveries where state = 'failed'") == 1,
            "it is given up",
            TimeSpan.FromMinutes(30)
        );
        var failed = await DeliveryAsync(delivery => (string)delivery["state"]! == "failed");
        Receiver.All.Count.ShouldBe(10);
        (failed["attemptedAt"]!.GetValue<DateTimeOffset>() - failed["createdAt"]!.GetValue<DateTimeOffset>()).TotalHours.ShouldBeInRange(
            66,
            96
        );

        Receiver.AnswerStatus(200);
        (await _client.PostAsync($"/api/webhooks/deliveries/{failed["id"]}/retry", null)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        await DeliveryAsync(delivery => (string)delivery["state"]! == "delivered");
        Receiver.All[^1].Id.ShouldBe((string?)failed["id"]);
    }

    [Fact]
    public async Task Gone_disables_an_endpoint_with_a_notice_until_it_is_enabled_again()
    {
        Receiver.AnswerStatus(410);
        await _publisher.VotesAsync("alpha", 1, 0);
        await DeliveryAsync(delivery => (string)delivery["state"]! == "failed");
        var webhook = await WebhookAsync();
        ((string)webhook["status"]!).ShouldBe("disabled");
        ((string)webhook["notice"]!).ShouldStartWith("Disabled: it answered 410 Gone.");
        (await PostAsync("test")).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        await _publisher.VotesAsync("alpha", 2, 0);
        await _publisher.KnowsAsync("select count(*) from tools where version = 2", 1);
        Receiver.All.Count.ShouldBe(1);

        Receiver.AnswerStatus(200);
        (await PostAsync("enable")).StatusCode.ShouldBe(HttpStatusCode.OK);
        await _publisher.VotesAsync("alpha", 3, 0);
        ((int)(await Receiver.GetAsync(2))[1].Data["votes"]!).ShouldBe(3);
    }

    [Fact]
    public async Task Five_days_of_failures_disable_an_endpoint()
    {
        Receiver.AnswerStatus(500);
        await _publisher.VotesAsync("alpha", 1, 0);
        await DeliveryAsync(Tried(1));
        _publisher.Time.Advance(TimeSpan.FromDays(5));
        await DeliveryAsync(Tried(2));
        ((string)(await WebhookAsync())["notice"]!).ShouldStartWith("Disabled: it failed for five days.");
    }

    [Fact]
    public async Task A_redirect_is_a_failure_and_not_followed()
    {
        await using var elsewhere = new Receiver();
        await elsewhere.StartAsync();
        Receiver.AnswerStatus(307, "Location", elsewhere.Address);
        await _publisher.VotesAsync("alpha", 1, 0);
        var delivery = await DeliveryAsync(Tried(1));
        ((string)delivery["problem"]!).ShouldBe("Answered 307; redirects are not followed");
        elsewhere.All.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_endless_answer_counts_by_its_status_and_holds_up_nobody()
    {
        Receiver.Answer = async context =>
        {
            var junk = new byte[64 * 1024];
            while (!context.RequestAborted.IsCancellationRequested)
                await context.Response.Body.WriteAsync(junk, context.RequestAborted);
        };
        await _publisher.VotesAsync("alpha", 1, 0);
        await DeliveryAsync(delivery => (string)delivery["state"]! == "delivered");
    }

    [Fact]
    public async Task A_receiver_that_never_answers_holds_up_no_other_and_fails_after_the_timeout()
    {
        await using var other = new Receiver();
        await other.StartAsync();
        await Publisher.RegisterAsync(_client, other.Address, new { type = "tool.milestone", conditions = new { votes = new[] { 1 } } });
        var asked = new TaskCompletionSource();
        Receiver.Answer = async context =>
        {
            asked.TrySetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        };
        await _publisher.VotesAsync("alpha", 1, 0);
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await other.GetAsync(1, TimeSpan.FromSeconds(5));
        ((string)(await DeliveryAsync(Tried(1)))["problem"]!).ShouldBe("No answer within 15 seconds");
    }

    [Fact]
    public async Task Deliveries_are_searched_and_read_a_page_at_a_time()
    {
        for (var test = 0; test < 52; test++)
            await PostAsync("test");
        await _publisher.VotesAsync("alpha", 1, 0);
        await Receiver.GetAsync(53);
        var path = $"/api/webhooks/{_webhook["id"]}/deliveries";
        var page = await Publisher.GetAsync(_client, path);
        page["deliveries"]!.AsArray().Count.ShouldBe(50);
        var rest = await Publisher.GetAsync(_client, $"{path}?before={page["next"]}");
        rest["deliveries"]!.AsArray().Count.ShouldBe(3);
        rest["next"].ShouldBeNull();
        foreach (var search in (string[])["?q=ALPHA", "?type=tool.milestone", $"?q={Receiver.All[^1].Id}&state=delivered"])
            (await Publisher.GetAsync(_client, path + search))["deliveries"]!.AsArray().Count.ShouldBe(1, search);
        (await Publisher.GetAsync(_client, path + "?q=%25"))["deliveries"]!.AsArray().ShouldBeEmpty();
    }
}

public sealed class RetriesOnSqlite() : RetryTests(null);

public sealed class RetriesOnPostgres(SharedPostgres server) : RetryTests(server);
