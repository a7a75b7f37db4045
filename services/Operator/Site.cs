using System.CommandLine;
using System.Data.Common;
using Hosting.Configuration;
using Hosting.Databases;
using Microsoft.Extensions.Configuration;

namespace Operator;

/// <summary>
/// Where the site's parts are. Taken from the settings the services themselves are started with (environment, <c>SECRETS_DIR</c>), so that
/// beside a service nothing has to be said twice; an option wins.
/// </summary>
internal static class Site
{
    public static Option<string> Voting { get; } =
        Make("--voting", "Services:Voting", "Voting's base address; several replicas: http://a;http://b");
    public static Option<string> Tally { get; } =
        Make("--tally", "Services:Tally", "Tally's base address; every replica: http://a;http://b");
    public static Option<string> Catalog { get; } = Make("--catalog", "Services:Catalog", "Catalog's base address");
    public static Option<string> Webhooks { get; } = Make("--webhooks", "Services:Webhooks", "Webhooks' base address");
    public static Option<string> Newsletter { get; } = Make("--newsletter", "Services:Newsletter", "Newsletter's base address");
    public static Option<string> Web { get; } = Make("--web", "Services:Web", "Web's base address");
    public static Option<string> Bus { get; } = Make("--bus", "ConnectionStrings:Bus", "the broker, amqp://…");
    public static Option<string> Counters { get; } =
        Make("--counters", "ConnectionStrings:Counters", "Redis, a StackExchange.Redis configuration");
    public static Option<string> Ledger { get; } =
        Make("--ledger", "ConnectionStrings:Ledger", "the ledger's database, Host=… or Data Source=…");

    private static readonly Option<string>[] All = [Voting, Tally, Catalog, Newsletter, Webhooks, Web, Bus, Counters, Ledger];

    /// <returns>Every replica's address, each ending in a slash; none when the setting is absent.</returns>
    /// <exception cref="SettingException">An address is malformed.</exception>
    public static IReadOnlyList<Uri> Addresses(this ParseResult parsed, Option<string> option) =>
        Given(parsed, option) is null ? [] : Configuration(parsed, option).RequiredAddresses(SettingOf(option));

    /// <exception cref="SettingException">The setting is absent or malformed.</exception>
    public static IReadOnlyList<Uri> RequiredAddresses(this ParseResult parsed, Option<string> option) =>
        Configuration(parsed, option).RequiredAddresses(SettingOf(option));

    /// <exception cref="SettingException">The setting is absent.</exception>
    public static string Required(this ParseResult parsed, Option<string> option) =>
        Configuration(parsed, option).Required(SettingOf(option), $"what {option.Name} takes: {option.Description}");

    /// <summary>The ledger's database by the rule of the services.</summary>
    public static Database RequiredDatabase(this ParseResult parsed, Option<string> option) =>
        Database.From(Configuration(parsed, option), "Ledger");

    public static string? Given(this ParseResult parsed, Option<string> option) =>
        Configuration(parsed, option)[SettingOf(option)] is { Length: > 0 } value ? value : null;

    /// <returns>The broker, in a form that RabbitMQ's client takes.</returns>
    /// <exception cref="SettingException">The setting is absent or not an AMQP address.</exception>
    public static Uri RequiredBroker(this ParseResult parsed) =>
        Uri.TryCreate(parsed.Required(Bus), UriKind.Absolute, out var address) && address.Scheme is "amqp" or "amqps"
            ? address
            : throw new SettingException(SettingOf(Bus), "is not an amqp:// or amqps:// address");

    /// <returns>What the command was given to ask, without users and passwords.</returns>
    public static IReadOnlyList<string> Places(ParseResult parsed) =>
        [
            .. parsed
                .CommandResult.Command.Options.OfType<Option<string>>()
                .Where(All.Contains)
                .Where(option => parsed.Given(option) is not null)
                .Select(option => $"{option.Name[2..]} {Shown(option, parsed.Given(option)!)}"),
        ];

    private static string Shown(Option<string> option, string value)
    {
        if (option == Ledger)
        {
            var database = new DbConnectionStringBuilder { ConnectionString = value };
            return string.Join(
                ' ',
                ((string[])["Host", "Port", "Database", "Data Source"]).Where(database.ContainsKey).Select(key => $"{database[key]}")
            );
        }

        if (option == Counters)
            return string.Join(',', value.Split(',').Where(part => !part.Contains('=', StringComparison.Ordinal)));
        return string.Join(
            ';',
            value
                .Split(';')
                .Select(one =>
                    Uri.TryCreate(one, UriKind.Absolute, out var address) ? address.GetLeftPart(UriPartial.Scheme) + address.Authority : "?"
                )
        );
    }

    private static IConfigurationRoot Configuration(ParseResult parsed, Option<string> option)
    {
        var configuration = Settings();
        if (parsed.GetValue(option) is { } value)
            configuration.AddInMemoryCollection([KeyValuePair.Create<string, string?>(SettingOf(option), value)]);
        return configuration.Build();
    }

    /// <summary>Environment and <c>SECRETS_DIR</c>.</summary>
    public static IConfigurationRoot Configuration() => Settings().Build();

    private static ConfigurationBuilder Settings()
    {
        var configuration = new ConfigurationBuilder();
        configuration.AddEnvironmentVariables();
        if (Environment.GetEnvironmentVariable("SECRETS_DIR") is { Length: > 0 } secrets)
            configuration.AddKeyPerFile(Path.GetFullPath(secrets), optional: false);
        return configuration;
    }

    private static string SettingOf(Option option) => option.HelpName!.Replace("__", ":", StringComparison.Ordinal);

    private static Option<string> Make(string name, string setting, string description) =>
        new(name) { Description = description, HelpName = setting.Replace(":", "__", StringComparison.Ordinal) };
}
