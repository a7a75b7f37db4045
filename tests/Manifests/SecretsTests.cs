using Hosting;
using Hosting.Configuration;
using Hosting.Databases;
using Hosting.Messaging;
using Shouldly;
using Xunit;

namespace Manifests.Tests;

/// <summary>What the manifests count on: a mounted folder of files is configuration.</summary>
public sealed class SecretsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("secrets-").FullName;

    [Fact]
    public async Task A_file_named_like_a_setting_is_that_setting()
    {
        File.WriteAllText(Path.Combine(_folder, "Voters__SigningKeys__0"), "first\n");
        (await ReadAsync("Voters:SigningKeys:0", $"--SECRETS_DIR={_folder}")).ShouldBe("first");
    }

    [Fact]
    public async Task A_folder_as_Kubernetes_mounts_it_is_read_through_its_links()
    {
        var version = Directory.CreateDirectory(Path.Combine(_folder, "..2026_01_01")).FullName;
        File.WriteAllText(Path.Combine(version, "ConnectionStrings__Ledger"), "Host=postgres");
        Directory.CreateSymbolicLink(Path.Combine(_folder, "..data"), "..2026_01_01");
        File.CreateSymbolicLink(Path.Combine(_folder, "ConnectionStrings__Ledger"), Path.Combine("..data", "ConnectionStrings__Ledger"));
        (await ReadAsync("ConnectionStrings:Ledger", $"--SECRETS_DIR={_folder}")).ShouldBe("Host=postgres");
    }

    [Fact]
    public async Task An_argument_wins_over_a_file()
    {
        File.WriteAllText(Path.Combine(_folder, "ConnectionStrings__Bus"), "amqp://rabbitmq");
        (await ReadAsync("ConnectionStrings:Bus", $"--SECRETS_DIR={_folder}", "--ConnectionStrings:Bus=memory")).ShouldBe("memory");
    }

    [Fact]
    public async Task Several_folders_are_read_in_order_and_a_later_one_wins()
    {
        var (first, second) = (
            Directory.CreateDirectory(Path.Combine(_folder, "service")).FullName,
            Directory.CreateDirectory(Path.Combine(_folder, "owner")).FullName
        );
        File.WriteAllText(Path.Combine(first, "ConnectionStrings__Ledger"), "Host=serving");
        File.WriteAllText(Path.Combine(first, "ConnectionStrings__LedgerOwner"), "Host=first");
        File.WriteAllText(Path.Combine(second, "ConnectionStrings__LedgerOwner"), "Host=second");
        (await ReadAsync("ConnectionStrings:Ledger", $"--SECRETS_DIR={first};{second}")).ShouldBe("Host=serving");
        (await ReadAsync("ConnectionStrings:LedgerOwner", $"--SECRETS_DIR={first};{second}")).ShouldBe("Host=second");
    }

    [Fact]
    public async Task A_folder_that_is_not_there_stops_the_start_and_is_named() =>
        (await Should.ThrowAsync<SettingException>(() => ReadAsync("Any", $"--SECRETS_DIR={_folder}-none"))).Message.ShouldStartWith(
            "Setting SECRETS_DIR"
        );

    [Fact]
    public async Task A_file_that_cannot_be_read_stops_the_start_with_one_line_that_names_it()
    {
        File.CreateSymbolicLink(Path.Combine(_folder, "Voters__SigningKeys__1"), Path.Combine(_folder, "nowhere"));
        var refused = await Should.ThrowAsync<SettingException>(() => ReadAsync("Any", $"--SECRETS_DIR={_folder}"));
        refused.Message.ShouldStartWith("Setting SECRETS_DIR");
        refused.Message.ShouldNotContain("\n");
        (await Service.RunAsync("Any", [$"--SECRETS_DIR={_folder}"], _ => { }, _ => { })).ShouldBe(1);
    }

    [Theory]
    [InlineData("http://rabbitmq")]
    [InlineData("amqp://user:word@rabbitmq:5671")]
    public void A_bus_whose_address_leaves_its_encryption_in_doubt_is_refused_and_not_repeated(string address)
    {
        var refused = Should.Throw<SettingException>(() => Bus.BrokerAddress(address));
        refused.Message.ShouldStartWith("Setting ConnectionStrings__Bus");
        refused.Message.ShouldNotContain("word");
    }

    [Theory]
    [InlineData("amqps://user:word@rabbitmq", 5671)]
    [InlineData("amqp://rabbitmq", 5672)]
    [InlineData("amqps://rabbitmq:7000", 7000)]
    public void A_bus_without_a_port_has_that_of_its_scheme(string address, int port) => Bus.BrokerAddress(address).Port.ShouldBe(port);

    [Theory]
    [InlineData("Require")]
    [InlineData("VerifyCA")]
    public void A_database_that_would_be_encrypted_without_looking_at_whose_it_is_is_refused(string mode)
    {
        var configuration = new Microsoft.Extensions.Configuration.ConfigurationManager
        {
            ["ConnectionStrings:Ledger"] = $"Host=postgres;Password=word;SSL Mode={mode}",
        };
        var refused = Should.Throw<SettingException>(() => Database.From(configuration, "Ledger"));
        refused.Message.ShouldContain("VerifyFull");
        refused.Message.ShouldNotContain("word");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task<string?> ReadAsync(string setting, params string[] args)
    {
        string? value = null;
        await using var app = Service.Build("Any", args, builder => value = builder.Configuration[setting], _ => { });
        return value;
    }
}
