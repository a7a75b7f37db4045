using System.Net;
using System.Net.Http.Json;
using Shouldly;
using Xunit;

namespace Webhooks.Tests;

/// <summary>No delivery reaches an address inside a network, whatever it is called.</summary>
public sealed class AddressTests : IAsyncLifetime
{
    private Publisher _publisher = null!;

    public async ValueTask InitializeAsync() => _publisher = await Publisher.OnAsync(null);

    public ValueTask DisposeAsync() => _publisher.DisposeAsync();

    // A network that nobody has, in place of the one that other tests' receivers are in.
    private Task<HttpClient> StartAsync() => _publisher.StartAsync("--Webhooks:AllowedNetworks:0=198.51.100.0/24");

    [Theory]
    [InlineData("https://127.0.0.1/")]
    [InlineData("https://127.1/")]
    [InlineData("https://2130706433/")]
    [InlineData("https://0x7f000001/")]
    [InlineData("https://0177.0.0.1/")]
    [InlineData("https://0/")]
    [InlineData("https://localhost/")]
    [InlineData("https://LOCALHOST./")]
    [InlineData("https://a.localhost/")]
    [InlineData("https://10.0.0.1/")]
    [InlineData("https://100.64.0.1/")]
    [InlineData("https://168.63.129.16/")]
    [InlineData("https://169.254.169.254/latest/meta-data")]
    [InlineData("https://172.31.255.255/")]
    [InlineData("https://192.168.1.1/")]
    [InlineData("https://198.18.0.1/")]
    [InlineData("https://224.0.0.1/")]
    [InlineData("https://255.255.255.255/")]
    [InlineData("https://[::]/")]
    [InlineData("https://[::1]/")]
    [InlineData("https://[::ffff:10.0.0.1]/")]
    [InlineData("https://[::ffff:7f00:1]/")]
    [InlineData("https://[::127.0.0.1]/")]
    [InlineData("https://[64:ff9b::a00:1]/")]
    [InlineData("https://[64:ff9b:1::a00:1]/")]
    [InlineData("https://[2001::1]/")]
    [InlineData("https://[2002:a00:1::1]/")]
    [InlineData("https://[fc00::1]/")]
    [InlineData("https://[fd00:ec2::254]/")]
    [InlineData("https://[fe80::1]/")]
    [InlineData("https://[ff02::1]/")]
    [InlineData("https://[2001:db8::1]/")]
    public async Task An_address_that_is_not_public_is_refused_at_once_and_never_connected_to(string url)
    {
        var client = await StartAsync();
        var answer = await client.PostAsJsonAsync("/api/webhooks", new { url, events = new[] { new { type = "review.published" } } });
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("urn:problem-type:refused-webhook-url");

        // The same behind a name.
        var host = new Uri(url).IdnHost;
        var webhook = await Publisher.RegisterAsync(client, "https://inside.example/", new { type = "review.published" });
        _publisher.Resolve = (_, _) => Task.FromResult(IPAddress.TryParse(host, out var one) ? [one] : new[] { IPAddress.Loopback });
        await client.PostAsync($"/api/webhooks/{webhook["id"]}/test", null);
        var delivery = await Publisher.DeliveryAsync(client, webhook, delivery => delivery["problem"] is not null);
        ((string)delivery["problem"]!).ShouldBe("The address is not public");
    }

    [Fact]
    public async Task A_name_that_leads_elsewhere_the_second_time_is_asked_only_once_for_each_connection()
    {
        var client = await _publisher.StartAsync();
        var asked = 0;
        // Allowed first, then an address that is not: what is connected to is what was checked.
        _publisher.Resolve = (_, _) =>
            Task.FromResult<IPAddress[]>([Interlocked.Increment(ref asked) == 1 ? IPAddress.Loopback : IPAddress.Parse("169.254.169.254")]);
        var url = $"http://rebinding.example:{new Uri(_publisher.Receiver.Address).Port}/";
        var webhook = await Publisher.RegisterAsync(client, url, new { type = "review.published" });
        await client.PostAsync($"/api/webhooks/{webhook["id"]}/test", null);
        await _publisher.Receiver.GetAsync(1);
        asked.ShouldBe(1);
    }

    [Fact]
    public async Task Of_a_name_with_several_addresses_only_the_public_ones_are_tried()
    {
        var client = await _publisher.StartAsync();
        _publisher.Resolve = (_, _) =>
            Task.FromResult<IPAddress[]>([IPAddress.Parse("10.0.0.1"), IPAddress.Loopback, IPAddress.IPv6Loopback]);
        var url = $"http://mixed.example:{new Uri(_publisher.Receiver.Address).Port}/";
        var webhook = await Publisher.RegisterAsync(client, url, new { type = "review.published" });
        await client.PostAsync($"/api/webhooks/{webhook["id"]}/test", null);
        (await _publisher.Receiver.GetAsync(1, TimeSpan.FromSeconds(4))).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_proxy_in_the_environment_is_not_used()
    {
        await using var proxy = new Receiver();
        await proxy.StartAsync();
        Environment.SetEnvironmentVariable("http_proxy", proxy.Address);
        try
        {
            var client = await _publisher.StartAsync();
            _publisher.Resolve = (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback]);
            var url = $"http://outside.example:{new Uri(_publisher.Receiver.Address).Port}/";
            var webhook = await Publisher.RegisterAsync(client, url, new { type = "review.published" });
            await client.PostAsync($"/api/webhooks/{webhook["id"]}/test", null);
            await _publisher.Receiver.GetAsync(1);
            proxy.All.ShouldBeEmpty();
        }
        finally
        {
            Environment.SetEnvironmentVariable("http_proxy", null);
        }
    }
}
