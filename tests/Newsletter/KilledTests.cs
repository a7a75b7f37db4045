using MimeKit;
using Npgsql;
using Shouldly;
using Testing;
using Testing.Machine;
using Testing.Servers;
using Xunit;

namespace Newsletter.Tests;

/// <summary>
/// Two replicas as processes are killed again and again while an issue goes out to hundreds of readers; PostgreSQL keeps the outbox.
/// </summary>
public abstract class KilledTests : IAsyncLifetime
{
    private const int Readers = 400;
    protected const int Kills = 8;

    // A mail in flight at a kill is looked at again when its lease is over.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Neighbours _neighbours = new();
    private readonly List<ServiceProcess> _replicas = [];
    private Postgres? _postgres;
    private NpgsqlDataSource? _database;

    protected string Folder { get; } = Directory.CreateTempSubdirectory("killed-").FullName;

    public virtual async ValueTask InitializeAsync()
    {
        // The mail server runs as another account, which must get through to its own directory.
        File.SetUnixFileMode(Folder, (UnixFileMode)0b111_001_001);
        _postgres = Exim.OrSkip(() => new Postgres(Folder));
        await _postgres.StartAndWait();
        await _postgres.Create("newsletter");
        _database = NpgsqlDataSource.Create(_postgres.ConnectionTo("newsletter"));
        await _neighbours.StartAsync();
    }

    public virtual async ValueTask DisposeAsync()
    {
        _replicas.ForEach(replica => replica.Dispose());
        if (_database is not null)
            await _database.DisposeAsync();
        _postgres?.Dispose();
        await _neighbours.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Sends an issue while replicas are killed; returns once no mail is left to send.</summary>
    protected async Task SendWhileKillingAsync(string setting, string value)
    {
        foreach (var name in (string[])["one", "other"])
        {
            _replicas.Add(
                new ServiceProcess(
                    Folder,
                    "Newsletter",
                    name,
                    new Dictionary<string, string?>
                    {
                        ["ConnectionStrings__Newsletter"] = _postgres!.ConnectionTo("newsletter"),
                        ["ConnectionStrings__Bus"] = "memory",
                        ["Services__Catalog"] = _neighbours.Address,
                        ["Services__Tally"] = _neighbours.Address,
                        ["Newsletter__LeaseSeconds"] = "12",
                        [setting] = value,
                    }
                )
            );
        }

        await Task.WhenAll(_replicas.Select(replica => replica.StartAndWait()));
        // A newsletter that began long ago.
        await Eventually.HoldsAsync(
            async () => (long)(await ScalarAsync("select count(*) from weeks"))! == 1,
            "the newsletter has begun",
            Patience
        );
        await ExecuteAsync("update weeks set week = '2020-w01', decided_at = 0");
        await ExecuteAsync(
            $"insert into subscribers (id, address, address_key, status, asked_at, confirmed_at) select 'r' || n, 'r' || n || '@example.org', 'r' || n || '@example.org', 'confirmed', 0, 0 from generate_series(1, {Readers}) n"
        );
        // With a tool in the catalog there is something to judge by, and the issue that was due last is published.
        _neighbours.Publish("alpha", "beta", DateTimeOffset.UtcNow.AddMinutes(-1));
        _neighbours.Offer("alpha", "Alpha");
        await RestartAsync(_replicas[0]);

        for (var kill = 1; kill <= Kills; kill++)
        {
            await Eventually.HoldsAsync(
                async () => await CountAsync("sent") >= kill * Readers / (Kills + 1),
                $"mail {kill * Readers / (Kills + 1)} has left",
                Patience
            );
            await Task.Delay(Random.Shared.Next(60));
            await RestartAsync(Random.Shared.GetItems(_replicas.Where(replica => replica.Alive).ToArray(), 1)[0]);
        }

        await Eventually.HoldsAsync(
            async () => await CountAsync("sent") + await CountAsync("undecided") == Readers,
            "every mail has left or is given up",
            Patience
        );
    }

    protected async Task<long> CountAsync(string state) =>
        (long)(await ScalarAsync($"select count(*) from mails where state = '{state}'"))!;

    /// <summary>Addresses of those whose mail is in that state.</summary>
    protected async Task<List<string>> AddressesAsync(string state)
    {
        await using var command = _database!.CreateCommand(
            $"select s.address from mails m join subscribers s on s.id = m.subscriber_id where m.state = '{state}'"
        );
        await using var reader = await command.ExecuteReaderAsync();
        var addresses = new List<string>();
        while (await reader.ReadAsync())
            addresses.Add(reader.GetString(0));
        return addresses;
    }

    /// <summary>What the replicas' own metrics say about issues with that outcome.</summary>
    protected async Task<long> MeasuredAsync(string outcome)
    {
        using var http = new HttpClient();
        var measured = 0L;
        foreach (var replica in _replicas)
            measured += (await http.GetStringAsync(new Uri(replica.Address, "metrics")))
                .Split('\n')
                .Where(line =>
                    line.StartsWith("newsletter_mails_total{", StringComparison.Ordinal)
                    && line.Contains($"outcome=\"{outcome}\"", StringComparison.Ordinal)
                )
                .Sum(line => long.Parse(line[(line.LastIndexOf('}') + 1)..].Trim().Split(' ')[0]));
        return measured;
    }

    protected static List<string> Recipients(IEnumerable<MimeMessage> mails) =>
        [.. mails.Select(mail => mail.To.Mailboxes.Single().Address)];

    private static async Task RestartAsync(ServiceProcess replica)
    {
        await replica.Send(UnixSignal.Kill);
        replica.Launch();
    }

    private async Task<object?> ScalarAsync(string sql)
    {
        await using var command = _database!.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }

    private Task ExecuteAsync(string sql) => ScalarAsync(sql);
}

public sealed class KilledWhileSendingBySmtpTests : KilledTests
{
    private Exim? _server;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _server = Exim.OrSkip(() => new Exim(Folder));
        await _server.StartAndWait();
    }

    public override async ValueTask DisposeAsync()
    {
        _server?.Dispose();
        await base.DisposeAsync();
    }

    [Fact]
    public async Task No_reader_gets_an_issue_twice_and_those_who_may_have_missed_it_are_listed()
    {
        await SendWhileKillingAsync("Newsletter__Smtp", _server!.Smtp);
        var (sent, undecided) = (await AddressesAsync("sent"), await AddressesAsync("undecided"));
        // The server says "taken" a little before the mail lies in its box.
        await Eventually.HoldsAsync(
            () => _server.Mails().Count >= sent.Count,
            "the server has delivered what it took",
            TimeSpan.FromSeconds(60)
        );

        var received = Recipients(_server.Mails());
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{sent.Count} sent, {undecided.Count} undecided after {Kills} kills, of which {undecided.Intersect(received).Count()} had arrived"
        );
        received.ShouldBeUnique();
        sent.Except(received).ShouldBeEmpty();
        received.Except(sent).Except(undecided).ShouldBeEmpty();
        // Each kill hits one replica, which sends one mail at a time.
        undecided.Count.ShouldBeLessThanOrEqualTo(Kills);
        (await MeasuredAsync("undecided")).ShouldBe(undecided.Count);
    }
}

public sealed class KilledWhileWritingPickupFilesTests : KilledTests
{
    [Fact]
    public async Task Every_reader_gets_the_issue_exactly_once()
    {
        var pickup = Path.Combine(Folder, "pickup");
        await SendWhileKillingAsync("Newsletter__Pickup", pickup);
        var received = Recipients(Directory.GetFiles(pickup).Select(file => MimeMessage.Load(file)));
        received.ShouldBeUnique();
        received.Order().ShouldBe((await AddressesAsync("sent")).Order());
        (await CountAsync("undecided")).ShouldBe(0);
    }
}
