using System.Net.Http.Headers;
using Shouldly;
using Testing;
using Testing.Machine;
using Testing.Servers;
using Xunit;

namespace Webhooks.Tests;

/// <summary>Two replicas as processes are killed again and again while they tell a receiver that is down at first; PostgreSQL keeps what is owed.</summary>
public sealed class KilledTests : IAsyncLifetime
{
    private const int Kills = 6,
        AtOnce = 10;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly string _folder = Directory.CreateTempSubdirectory("killed-").FullName;
    private readonly Neighbours _neighbours = new();
    private readonly Receiver _receiver = new();
    private readonly List<ServiceProcess> _replicas = [];
    private Postgres? _postgres;

    public async ValueTask InitializeAsync()
    {
        File.SetUnixFileMode(_folder, (UnixFileMode)0b111_001_001);
        _postgres = new Postgres(_folder);
        await _postgres.StartAndWait();
        await _postgres.Create("webhooks");
        await _neighbours.StartAsync();
        await _receiver.StartAsync();
        foreach (var name in (string[])["one", "other"])
        {
            var settings = new Dictionary<string, string?>
            {
                ["ConnectionStrings__Webhooks"] = _postgres.ConnectionTo("webhooks"),
                ["ConnectionStrings__Bus"] = "memory",
                ["Services__Catalog"] = _neighbours.Address,
                ["Services__Voting"] = _neighbours.Address,
                ["Services__Newsletter"] = _neighbours.Address,
                ["Webhooks__SecretKeys__0"] = Publisher.Key,
                ["Webhooks__AllowHttp"] = "true",
                ["Webhooks__AllowedNetworks__0"] = "127.0.0.0/8",
                ["Webhooks__TimeoutSeconds"] = "2",
                ["Webhooks__LeaseSeconds"] = "5",
            };
            foreach (var setting in Editor.Settings)
                settings[setting[2..setting.IndexOf('=')].Replace(":", "__")] = setting[(setting.IndexOf('=') + 1)..];
            _replicas.Add(new ServiceProcess(_folder, "Webhooks", name, settings));
        }

        await Task.WhenAll(_replicas.Select(replica => replica.StartAndWait()));
    }

    public async ValueTask DisposeAsync()
    {
        _replicas.ForEach(replica => replica.Dispose());
        _postgres?.Dispose();
        await _receiver.DisposeAsync();
        await _neighbours.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Durable_a_receiver_that_was_down_gets_every_event_under_one_id_however_often_senders_are_killed()
    {
        using var client = new HttpClient { BaseAddress = _replicas[0].Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Editor.Token());
        await Publisher.RegisterAsync(client, _receiver.Address, new { type = "comparison.published" });
        await _receiver.StopAsync();

        for (var kill = 0; kill < Kills; kill++)
        {
            for (var comparison = 0; comparison < AtOnce; comparison++)
                _neighbours.Compare($"tool-{kill}", $"tool-{comparison}", DateTimeOffset.UtcNow.AddSeconds(1));
            // Started again, it looks at once; killed, it is somewhere between looking, telling and sending.
            var victim = _replicas[kill % 2];
            await victim.Send(UnixSignal.Kill);
            victim.Launch();
            if (kill == 1)
                await _receiver.StartAsync();
            await Eventually.HoldsAsync(victim.IsLive, "the replica is back", Patience);
            await Task.Delay(Random.Shared.Next(400));
        }

        await _replicas[0].Send(UnixSignal.Kill);
        await _replicas[0].StartAndWait();
        await Eventually.HoldsAsync(
            () => _receiver.All.Select(message => (string)message.Data["comparison"]!).Distinct().Count() == Kills * AtOnce,
            "every comparison has arrived",
            Patience
        );
        TestContext.Current.TestOutputHelper?.WriteLine($"{_receiver.All.Count} messages for {Kills * AtOnce} events");
        foreach (var told in _receiver.All.GroupBy(message => (string)message.Data["comparison"]!))
            told.Select(message => message.Id).Distinct().ShouldHaveSingleItem(told.Key);
    }
}
