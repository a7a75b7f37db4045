using System.Text.RegularExpressions;
using Shouldly;
using Testing;
using Testing.Machine;
using Testing.Servers;
using Xunit;

namespace Manifests.Tests;

/// <summary>An alert that can't fire is worse than none: it looks like quiet.</summary>
public sealed partial class AlertTests : IDisposable
{
    private const string Folder = "k8s/components/observe";
    private readonly string _folder = Directory.CreateTempSubdirectory("alerts-").FullName;

    [Fact]
    public void Every_alert_is_shown_to_fire()
    {
        var shown = ShownToFire().Matches(Repository.Read($"{Folder}/rules.test.yml")).Select(match => match.Groups[1].Value).ToHashSet();
        foreach (var alert in Rules().Select(rule => rule["alert"].Text).OfType<string>().Distinct())
            shown.ShouldContain(alert);
        if (Programs.Find("promtool") is not { } promtool)
        {
            Assert.Skip("promtool is not installed.");
            return;
        }

        var (code, output) = Programs.Run(promtool, "test", "rules", Repository.Path($"{Folder}/rules.test.yml"));
        code.ShouldBe(0, output);
    }

    [Fact]
    public void A_service_that_is_not_there_at_all_is_missed_whichever_it_is()
    {
        var down = Rules().Single(rule => rule["alert"].Text == "ServiceDown")["expr"].Text!;
        foreach (var service in Repository.Services)
            down.ShouldContain($"absent(up{{job=\"{service}\"}})");
    }

    [Theory]
    [InlineData("Voting", "ConnectionStrings__Ledger", "ledger")]
    [InlineData("Tally", null, "counters")]
    [InlineData("Newsletter", "ConnectionStrings__Newsletter", "newsletter-database")]
    public async Task Every_counter_that_an_alert_asks_for_is_there_before_its_first_event(string service, string? database, string part)
    {
        var settings = new Dictionary<string, string?>
        {
            ["ConnectionStrings__Bus"] = "memory",
            ["ConnectionStrings__Counters"] = "memory",
            ["Services__Catalog"] = "http://127.0.0.1:9",
            ["Services__Voting"] = "http://127.0.0.1:9",
            ["Services__Tally"] = "http://127.0.0.1:9",
            ["Voters__SigningKeys__0"] = Convert.ToBase64String(new byte[32]),
            ["Newsletter__PublicBase"] = "https://verdicts.example",
            ["Newsletter__Pickup"] = Path.Combine(_folder, "mail"),
            ["DOTNET_EnableDiagnostics"] = "0",
        };
        if (database is not null)
            settings[database] = $"Data Source={Path.Combine(_folder, "data.db")}";
        using var process = new ServiceProcess(_folder, service, service, settings);
        process.Launch();
        using var http = new HttpClient { BaseAddress = process.Address };
        var metrics = "";
        await Eventually.HoldsAsync(
            async () => (metrics = await http.GetStringAsync("metrics")).Contains($"part=\"{part}\"", StringComparison.Ordinal),
            $"{service} publishes what its health checks found",
            TimeSpan.FromSeconds(60)
        );

        var asked = Rules()
            .Select(rule => rule["expr"].Text!)
            .SelectMany(expression => Selector().Matches(expression))
            .Where(selector => selector.Groups["name"].Value.StartsWith(service.ToLowerInvariant() + "_", StringComparison.Ordinal))
            .ToList();
        asked.ShouldNotBeEmpty();
        foreach (var selector in asked)
            Lines(metrics, selector)
                .ShouldNotBeEmpty($"{selector.Value} finds nothing in the /metrics of a {service} that has just started");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static IEnumerable<Node> Rules() =>
        Node.Load($"{Folder}/rules.yml").Single()["groups"].Each.SelectMany(group => group["rules"].Each);

    // The lines whose labels satisfy the selector, as Prometheus would: = and =~, whole values.
    private static List<string> Lines(string metrics, Match selector) =>
        [
            .. metrics
                .Split('\n')
                .Where(line => line.StartsWith(selector.Groups["name"].Value + "{", StringComparison.Ordinal))
                .Where(line =>
                    Matcher()
                        .Matches(selector.Groups["labels"].Value)
                        .Where(one => one.Groups["label"].Value != "job")
                        .All(one => Regex.IsMatch(line, $"[{{,]{one.Groups["label"].Value}=\"(?:{one.Groups["value"].Value})\""))
                ),
        ];

    [GeneratedRegex("""(?:alertname=)"(\w+)"[^}]*(?:alertstate="firing"|severity=)""")]
    private static partial Regex ShownToFire();

    // Counters only: a histogram begins with its first value.
    [GeneratedRegex("""(?<name>[a-z_]+_total)\b(?:\{(?<labels>[^}]*)\})?""")]
    private static partial Regex Selector();

    [GeneratedRegex("""(?<label>\w+)=~?"(?<value>[^"]*)["]""")]
    private static partial Regex Matcher();
}
