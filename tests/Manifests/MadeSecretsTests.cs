using System.Diagnostics;
using System.Text.Json;
using Shouldly;
using Xunit;

namespace Manifests.Tests;

/// <summary>What <c>make-secrets</c> writes for one machine and for a cluster.</summary>
public sealed class MadeSecretsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("made-secrets-").FullName;

    public MadeSecretsTests() => Make();

    [Fact]
    public void Every_secret_is_its_owners_alone()
    {
        if (OperatingSystem.IsWindows())
            return;
        foreach (var path in Directory.EnumerateFileSystemEntries(_folder, "*", SearchOption.AllDirectories))
            (File.GetUnixFileMode(path) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute)).ShouldBe(
                UnixFileMode.None,
                path
            );
    }

    [Fact]
    public void What_an_earlier_version_left_open_is_closed_and_kept()
    {
        if (OperatingSystem.IsWindows())
            return;
        var file = Path.Combine(_folder, "voting", "Voters__SigningKeys__0");
        var key = File.ReadAllText(file);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        Make();
        File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead);
        File.ReadAllText(file).ShouldBe(key);
    }

    [Fact]
    public void A_folder_with_one_bus_user_for_all_keeps_it_until_it_is_changed_over()
    {
        foreach (var file in Directory.EnumerateFiles(_folder, "ConnectionStrings__Bus", SearchOption.AllDirectories))
            File.Delete(file);
        File.WriteAllText(Path.Combine(_folder, "rabbitmq", "voting.conf"), "default_user = voting\n");
        Make();
        var shared = Read("rabbitmq/password");
        foreach (var service in (string[])["catalog", "voting", "tally", "newsletter", "webhooks", "operator"])
            Read($"{service}/ConnectionStrings__Bus").ShouldStartWith($"amqp://voting:{shared}@");
    }

    [Fact]
    public void A_service_is_given_a_login_that_serves_and_migrate_the_one_that_owns()
    {
        foreach (
            var (service, connection) in ((string, string)[])
                [("catalog", "Catalog"), ("voting", "Ledger"), ("newsletter", "Newsletter"), ("webhooks", "Webhooks")]
        )
        {
            var (serving, owner) = (
                Read($"{service}/ConnectionStrings__{connection}"),
                Read($"{service}-owner/ConnectionStrings__{connection}Owner")
            );
            serving.ShouldEndWith($"Database={service};Username={service}_serving;Password={Read($"postgres/{service}_serving")}");
            owner.ShouldEndWith($"Database={service};Username={service};Password={Read($"postgres/{service}")}");
            Read("postgres/serving.sql")
                .ShouldContain($"create role {service}_serving login password '{Read($"postgres/{service}_serving")}';");
            foreach (var file in Directory.EnumerateFiles(Path.Combine(_folder, service)))
                File.ReadAllText(file).ShouldNotContain(Read($"postgres/{service}"), customMessage: file);
        }
    }

    [Fact]
    public void A_folder_with_one_login_for_both_keeps_it_until_it_is_changed_over()
    {
        var file = Path.Combine(_folder, "voting", "ConnectionStrings__Ledger");
        var one = Read("voting-owner/ConnectionStrings__LedgerOwner");
        File.WriteAllText(file, one);
        Make();
        File.ReadAllText(file).ShouldBe(one);
    }

    [Fact]
    public void The_bus_rights_in_production_are_those_of_one_machine()
    {
        var made = JsonDocument
            .Parse(Read("rabbitmq/definitions.json"))
            .RootElement.GetProperty("permissions")
            .EnumerateArray()
            .Where(one => one.GetProperty("user").GetString() != "admin")
            .ToDictionary(one => one.GetProperty("user").GetString()!, one => Rights(right => one.GetProperty(right).GetString()));
        var production = Node.Load("k8s/overlays/production/rabbitmq.yaml")
            .Where(one => one["kind"].Text == "Permission")
            .ToDictionary(
                one => one["spec"]["userReference"]["name"].Text!,
                one => Rights(right => one["spec"]["permissions"][right].Text)
            );
        production.ShouldBe(made, ignoreOrder: true);
        made["newsletter"].ShouldBe("^$ ^$ ^$");

        static string Rights(Func<string, string?> of) => $"{of("configure")} {of("write")} {of("read")}";
    }

    [Fact]
    public void The_key_that_signs_the_log_is_the_signers_alone_also_in_a_folder_where_it_was_votings()
    {
        var (key, halved) = (Read("signer/Log__SigningKeys__0"), Read("voting/Log__PublicKeys__0"));
        Convert.FromBase64String(halved).Length.ShouldBe(32);
        File.Move(Path.Combine(_folder, "signer", "Log__SigningKeys__0"), Path.Combine(_folder, "voting", "Log__SigningKeys__0"));
        File.Delete(Path.Combine(_folder, "voting", "Log__PublicKeys__0"));
        Make();
        Read("signer/Log__SigningKeys__0").ShouldBe(key);
        Read("voting/Log__PublicKeys__0").ShouldBe(halved);
        foreach (var file in Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories).Where(file => !IsTheSigners(file)))
            File.ReadAllText(file).ShouldNotContain(key, customMessage: file);

        static bool IsTheSigners(string file) => file.EndsWith("/signer/Log__SigningKeys__0", StringComparison.Ordinal);
    }

    [Fact]
    public void No_service_can_make_an_editors_token()
    {
        foreach (var service in (string[])["catalog", "voting", "tally", "newsletter", "webhooks"])
        {
            foreach (var file in Directory.EnumerateFiles(Path.Combine(_folder, service)))
                (
                    File.ReadAllText(file).Contains("PRIVATE KEY", StringComparison.Ordinal)
                    || file.Contains("SigningKeys__0__Value", StringComparison.Ordinal)
                ).ShouldBeFalse(file);
        }

        Read("operator/Editors__PrivateKey").ShouldContain("PRIVATE KEY");
    }

    [Fact]
    public void Nothing_leaves_the_cluster_but_to_networks_that_are_named()
    {
        foreach (var file in Repository.Files("k8s", "*.yaml"))
        {
            foreach (var policy in Node.Load(file).Where(one => one["kind"].Text == "NetworkPolicy"))
            {
                foreach (var way in policy["spec"]["egress"].Each)
                {
                    way["to"].Exists.ShouldBeTrue($"{file}: {policy["metadata"]["name"].Text} opens a port to anywhere");
                    foreach (var to in way["to"].Each.Where(to => to["ipBlock"]["cidr"].Text == "0.0.0.0/0"))
                    {
                        // A publisher's receiver may be anywhere outside, and nowhere inside.
                        policy["metadata"]["name"].Text.ShouldBe("webhooks", file);
                        var inside = to["ipBlock"]["except"].Each.Select(network => network.Text);
                        string[] privately = ["10.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"];
                        privately.Except(inside).ShouldBeEmpty(file);
                    }
                }
            }
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Read(string file) => File.ReadAllText(Path.Combine(_folder, file));

    private void Make()
    {
        using var process = Process.Start(
            new ProcessStartInfo("bash", [Repository.Path("k8s/make-secrets"), _folder])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        var said = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, said);
        said.ShouldBeEmpty();
    }
}
