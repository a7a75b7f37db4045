using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Shouldly;
using Testing;
using Testing.Machine;
using Testing.Servers;
using Xunit;

namespace Manifests.Tests;

/// <summary>Every secret that a service may be given holds a word that nothing it writes or answers may hold, whatever goes wrong.</summary>
public sealed class SecretsInTheLogTests : IDisposable
{
    private static readonly Dictionary<string, string[]> Settings = new()
    {
        ["Catalog"] = ["ConnectionStrings__Catalog", "ConnectionStrings__CatalogOwner", "ConnectionStrings__Bus"],
        ["Voting"] =
        [
            "ConnectionStrings__Ledger",
            "ConnectionStrings__LedgerOwner",
            "ConnectionStrings__Bus",
            "ConnectionStrings__Counters",
            "Voters__SigningKeys__0",
            "Voters__SigningKeys__1",
            "Voters__LedgerKey",
            "Log__SigningKeys__0",
        ],
        ["Tally"] = ["ConnectionStrings__Bus", "ConnectionStrings__Counters"],
        ["Newsletter"] =
        [
            "ConnectionStrings__Newsletter",
            "ConnectionStrings__NewsletterOwner",
            "ConnectionStrings__Bus",
            "Newsletter__Smtp",
            "Newsletter__MailboxKey",
        ],
        ["Webhooks"] =
        [
            "ConnectionStrings__Webhooks",
            "ConnectionStrings__WebhooksOwner",
            "ConnectionStrings__Bus",
            "Webhooks__SecretKeys__0",
            "Webhooks__SecretKeys__1",
        ],
        ["Web"] = ["Authentication__Schemes__OpenIdConnect__ClientSecret"],
    };

    // What the services ask for besides, to start at all.
    private static readonly Dictionary<string, string?> Others = new()
    {
        ["Services__Catalog"] = "http://127.0.0.1:1",
        ["Services__Voting"] = "http://127.0.0.1:1",
        ["Services__Tally"] = "http://127.0.0.1:1",
        ["Services__Newsletter"] = "http://127.0.0.1:1",
        ["Services__Webhooks"] = "http://127.0.0.1:1",
        ["Authentication__Schemes__OpenIdConnect__Authority"] = "https://127.0.0.1:1",
        ["Authentication__Schemes__OpenIdConnect__ClientId"] = "verdicts",
        ["Logging__LogLevel__Default"] = "Trace",
        ["OTEL_TRACES_EXPORTER"] = "none",
    };

    private static readonly string[] Paths =
    [
        "health/ready",
        "metrics",
        "api/tools",
        "api/votes",
        "api/ledger",
        "api/tallies/halo",
        "api/newsletter/issues",
        "api/webhooks",
        "admin/sign-in",
        "admin/sign-in/provider",
    ];

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly string _folder = Directory.CreateTempSubdirectory("secret-").FullName;

    public static TheoryData<string> Services => [.. Settings.Keys];

    public static TheoryData<string, string> Secrets =>
        [.. Settings.SelectMany(service => service.Value.Select(setting => (service.Key, setting)))];

    [Theory]
    [MemberData(nameof(Services))]
    public Task No_secret_is_written_or_answered_while_no_server_can_be_reached(string service) => NothingToldAsync(service, Ports.Free());

    [Theory]
    [MemberData(nameof(Services))]
    public async Task No_secret_is_written_or_answered_while_every_server_answers_nonsense(string service)
    {
        using var nonsense = new TcpListener(IPAddress.Loopback, 0);
        nonsense.Start();
        var answering = AnswerAsync(nonsense);
        await NothingToldAsync(service, ((IPEndPoint)nonsense.LocalEndpoint).Port);
        nonsense.Stop();
        (await answering).ShouldBe(service != "Web", "the server was asked");
    }

    [Theory]
    [MemberData(nameof(Secrets))]
    public async Task A_malformed_secret_is_not_repeated(string service, string setting)
    {
        var word = NewWord();
        using var process = new ServiceProcess(
            _folder,
            service,
            service,
            With(Values(service, Ports.Free(), _ => word), setting, Malformed(setting, word))
        );
        process.Launch();
        await Eventually.HoldsAsync(async () => !process.Alive || await process.IsLive(), $"{service} has ended or serves", Patience);
        if (!process.Alive)
            Written().ShouldContain($"Setting {setting}");
        await process.Send(UnixSignal.Terminate);
        Written().ShouldNotContain(word);
    }

    private async Task NothingToldAsync(string service, int port)
    {
        var words = Settings[service].ToDictionary(setting => setting, _ => NewWord());
        using var process = new ServiceProcess(_folder, service, service, With(Values(service, port, setting => words[setting])));
        process.Launch();
        await Eventually.HoldsAsync(process.IsLive, $"{service} serves", Patience);
        using var http = new HttpClient { BaseAddress = process.Address };
        List<string> told = [];
        foreach (var path in Paths)
        {
            using var answer = await http.GetAsync(path, TestContext.Current.CancellationToken);
            told.Add(answer.Headers.ToString());
            told.Add(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }

        await process.Send(UnixSignal.Terminate);
        Written().ShouldContain("dbug");
        told.Add(Written());
        foreach (var (setting, word) in words)
            string.Concat(told).ShouldNotContain(word, Case.Sensitive, setting);
    }

    /// <returns>Whether anybody asked.</returns>
    private static async Task<bool> AnswerAsync(TcpListener listener)
    {
        var asked = false;
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync();
                asked = true;
                await client.GetStream().WriteAsync("N no sense at all\r\n\0\0\0\u0004"u8.ToArray());
            }
        }
        catch (SocketException)
        {
            return asked;
        }
    }

    private static Dictionary<string, string> Values(string service, int port, Func<string, string> word) =>
        Settings[service].ToDictionary(setting => setting, setting => Value(setting, port, word(setting)));

    private static string Value(string setting, int port, string word) =>
        setting switch
        {
            "ConnectionStrings__Bus" => $"amqp://user:{word}@127.0.0.1:{port}",
            "ConnectionStrings__Counters" => $"127.0.0.1:{port},user=someone,password={word}",
            "Newsletter__Smtp" => $"smtp://user:{word}@127.0.0.1:{port}",
            _ when setting.StartsWith("ConnectionStrings", StringComparison.Ordinal) =>
                $"Host=127.0.0.1;Port={port};Database=any;Username=someone;Password={word}",
            // 43 letters are 32 bytes.
            _ => word + "=",
        };

    private static string Malformed(string setting, string word) =>
        setting switch
        {
            "ConnectionStrings__Bus" => $"amqp//user:{word}@nowhere",
            "ConnectionStrings__Counters" => $"127.0.0.1:1,password={word},nonsense={word}",
            "Newsletter__Smtp" => $"smtp//user:{word}@nowhere",
            _ when setting.StartsWith("ConnectionStrings", StringComparison.Ordinal) => $"Host=127.0.0.1;Password={word};{word}",
            _ => $"{word} and more",
        };

    private static Dictionary<string, string?> With(Dictionary<string, string> values, string? setting = null, string? value = null)
    {
        var all = new Dictionary<string, string?>(Others);
        foreach (var (name, given) in values)
            all[name] = name == setting ? value : given;
        return all;
    }

    private static string NewWord() => "secret" + RandomNumberGenerator.GetHexString(36) + "A";

    private string Written() =>
        string.Concat(Directory.GetFiles(_folder, "output.log", SearchOption.AllDirectories).Select(File.ReadAllText));

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
