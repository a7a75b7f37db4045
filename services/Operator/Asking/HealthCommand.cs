using System.CommandLine;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using RabbitMQ.Client;
using StackExchange.Redis;

namespace Operator.Asking;

/// <summary><c>health</c>: asks every part that was named whether it is ready, and what it misses.</summary>
internal static class HealthCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    /// <param name="Status"><c>Healthy</c>, <c>Degraded</c> (does its job, misses something), <c>Unhealthy</c>, or <c>Away</c>.</param>
    /// <param name="Missing">What is wrong, part by part.</param>
    private sealed record Part(string Name, string Address, string Status, IReadOnlyList<string> Missing);

    private sealed record Answer(string Status, Dictionary<string, AnswerPart?>? Parts);

    private sealed record AnswerPart(string Status, string? Problem);

    public static Command Make()
    {
        Option<string>[] services = [Site.Catalog, Site.Voting, Site.Tally, Site.Newsletter, Site.Webhooks, Site.Web];
        var command = new Command("health", "Ask every service, the broker and Redis how they are. Parts without a setting are left out.");
        var replicas = new Option<string[]>("--replicas")
        {
            Description =
                "How many replicas there should be, such as voting=2: where one name stands for all that run, one that died is "
                + "simply missing.",
            HelpName = "service=number",
        };
        command.Options.Add(replicas);
        foreach (var option in services.Append(Site.Bus).Append(Site.Counters))
            command.Options.Add(option);
        command.Does(
            async (parsed, cancellationToken) =>
            {
                using var http = new HttpClient { Timeout = Patience };
                var asked = new List<Task<Part>>();
                var missing = new List<string>();
                var expected = ExpectedReplicas.Read(parsed.GetValue(replicas) ?? []);
                foreach (var option in services)
                {
                    var (name, addresses) = (option.Name[2..], await parsed.Addresses(option).AllAsync(cancellationToken));
                    asked.AddRange(addresses.Select(address => ServiceAsync(http, name, address, cancellationToken)));
                    if (addresses.Count > 0 && expected.GetValueOrDefault(name) is var number && addresses.Count < number)
                        missing.Add(
                            $"{name}: {number - addresses.Count} of {number} replicas are missing. Only {addresses.Count} can be "
                                + $"found at {parsed.Given(option)}"
                        );
                }

                if (parsed.Given(Site.Bus) is { } bus && bus != "memory")
                    asked.Add(BrokerAsync(parsed.RequiredBroker(), cancellationToken));
                if (parsed.Given(Site.Counters) is { } counters && counters != "memory")
                    asked.Add(RedisAsync(counters));
                if (asked.Count == 0)
                    throw new UnusableException("Nothing to ask: name at least one part, for example --web http://localhost:8080.");
                var parts = await Task.WhenAll(asked);
                var wrongs = missing
                    .Concat(
                        parts
                            .Where(part => part.Status != "Healthy")
                            .Select(part => $"{part.Name} {part.Address}: {part.Status}. {string.Join("; ", part.Missing)}")
                    )
                    .ToList();
                return new Findings(wrongs.Count == 0, parts, wrongs);
            },
            findings =>
                Output.Table(
                    ["part", "address", "status"],
                    ((Part[])findings.Facts).Select(part => new[] { part.Name, part.Address, part.Status })
                )
        );
        return command;
    }

    private static async Task<Part> ServiceAsync(HttpClient http, string name, Uri address, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await http.GetAsync(new Uri(address, "health/ready"), cancellationToken);
            var answer = await response.Content.ReadFromJsonAsync<Answer>(cancellationToken);
            if (answer?.Parts is not { } parts)
                return new Part(name, address.ToString(), "Away", ["does not answer as a service of this product"]);
            var missing = parts
                .Where(part => part.Value?.Status != "Healthy")
                .Select(part => $"{part.Key}: {part.Value?.Problem ?? part.Value?.Status}");
            return new Part(name, address.ToString(), answer.Status, missing.ToList());
        }
        catch (Exception away)
            when (away
                    is HttpRequestException
                        or JsonException
                        or NotSupportedException
                        or InvalidOperationException
                        or OperationCanceledException
                && !cancellationToken.IsCancellationRequested
            )
        {
            return new Part(name, address.ToString(), "Away", [away.Message]);
        }
    }

    private static async Task<Part> BrokerAsync(Uri address, CancellationToken cancellationToken)
    {
        // Without user and password, which nobody has to see.
        var shown = $"{address.Scheme}://{address.Host}:{(address.IsDefaultPort ? AmqpTcpEndpoint.UseDefaultPort : address.Port)}";
        try
        {
            var factory = Broker.At(address);
            factory.RequestedConnectionTimeout = Patience;
            await using var connection = await factory.CreateConnectionAsync(cancellationToken);
            return new Part("broker", shown, "Healthy", []);
        }
        catch (Exception away) when (away is RabbitMQ.Client.Exceptions.BrokerUnreachableException or TimeoutException)
        {
            return new Part("broker", shown, "Away", [away.Message]);
        }
    }

    private static async Task<Part> RedisAsync(string configuration)
    {
        var options = ConfigurationOptions.Parse(configuration);
        var shown = string.Join(',', options.EndPoints.Select(at => at is DnsEndPoint name ? $"{name.Host}:{name.Port}" : at.ToString()));
        try
        {
            options.AbortOnConnectFail = true;
            await using var redis = await ConnectionMultiplexer.ConnectAsync(options);
            await redis.GetDatabase().PingAsync();
            return new Part("redis", shown, "Healthy", []);
        }
        catch (RedisException away)
        {
            return new Part("redis", shown, "Away", [away.Message]);
        }
    }
}
