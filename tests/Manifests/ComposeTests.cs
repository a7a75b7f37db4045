using System.Text.RegularExpressions;
using Shouldly;
using Xunit;

namespace Manifests.Tests;

public sealed class ComposeTests
{
    private static readonly Node Compose = Node.Load("docker-compose.yml").Single();
    private static readonly IReadOnlyDictionary<string, Node> Parts = Compose["services"].Members;

    [Fact]
    public void Services_are_given_the_same_settings_as_in_Kubernetes()
    {
        // What only one of the two has a use for.
        string[] own = ["SECRETS_DIR", "OTEL_EXPORTER_OTLP_ENDPOINT", "Web__PublicOrigin", "Log__Origin"];
        foreach (var service in Repository.Services)
        {
            var here = Parts[service]
                ["environment"]
                .Members.Where(one => !own.Contains(one.Key))
                .ToDictionary(one => one.Key, one => Default(one.Value.Text!));
            var there = KubernetesTests
                .Settings(service)
                .Where(one => !own.Contains(one.Key))
                .ToDictionary(one => one.Key, one => one.Value!);
            here.OrderBy(one => one.Key).ShouldBe(there.OrderBy(one => one.Key), service);
            foreach (var setting in Parts[service]["environment"].Members.Keys)
                Documented.By(service, setting).ShouldBeTrue($"{service}: {setting}");
        }
    }

    [Fact]
    public void Addresses_name_services_that_exist_at_the_port_they_listen_on()
    {
        foreach (var service in Repository.Services)
        {
            foreach (
                var (setting, value) in Parts[service]
                    ["environment"]
                    .Members.Where(one => one.Key.StartsWith("Services__", StringComparison.Ordinal))
            )
            {
                var address = new Uri(value.Text!);
                Parts.ShouldContainKey(address.Host, setting);
                address.Port.ShouldBe(8080, setting);
            }
        }
    }

    [Fact]
    public void Our_containers_can_do_nothing_but_their_work()
    {
        foreach (
            var (name, service) in Parts.Where(one =>
                Repository.Services.Contains(one.Key.Replace("-migrate", "", StringComparison.Ordinal))
            )
        )
        {
            service["read_only"].Text.ShouldBe("true");
            service["cap_drop"].Each.Select(one => one.Text).ShouldBe(["ALL"]);
            service["security_opt"].Each.Select(one => one.Text).ShouldBe(["no-new-privileges:true"]);
            service["tmpfs"].Each.Select(one => one.Text).ShouldBe(["/tmp"]);
            if (Repository.Services.Contains(name))
                service["healthcheck"]["test"].Each.Select(one => one.Text).ShouldBe(["CMD", "/app/service", "health"]);
        }
    }

    [Fact]
    public void Everything_waits_for_what_it_needs_to_be_healthy()
    {
        foreach (var (name, part) in Parts)
        {
            foreach (var (needed, how) in part["depends_on"].Members)
            {
                var ends = needed == "secrets" || needed.EndsWith("-migrate", StringComparison.Ordinal);
                how["condition"].Text.ShouldBe(ends ? "service_completed_successfully" : "service_healthy", $"{name} needs {needed}");
                (ends || Parts[needed]["healthcheck"].Exists).ShouldBeTrue($"{name} needs {needed}");
            }
        }
    }

    [Fact]
    public void The_login_that_owns_the_tables_is_given_to_migrate_alone_which_the_service_waits_for()
    {
        foreach (var service in (string[])["catalog", "voting", "newsletter", "webhooks"])
        {
            var migrate = Parts[$"{service}-migrate"];
            migrate["image"].Text.ShouldBe(Parts[service]["image"].Text);
            migrate["volumes"].Each.Select(one => one.Text!.Split(':')[0]).ShouldBe([$"{service}-secrets", $"{service}-owner-secrets"]);
            migrate["command"]
                .Each.Select(one => one.Text)
                .ShouldBe(["migrate", $"--SECRETS_DIR={string.Join(';', migrate["volumes"].Each.Select(one => one.Text!.Split(':')[1]))}"]);
            Parts[service]["volumes"].Each.Select(one => one.Text!.Split(':')[0]).ShouldBe([$"{service}-secrets"]);
            Parts[service]["environment"]["Schema__MigrateAtStart"].Text.ShouldBe("false");
            Parts[service]["depends_on"].Members.ShouldContainKey($"{service}-migrate");
        }

        // It leaves out what services depend on, and has to see to it itself.
        Repository.Read("k8s/upgrade-compose").ShouldContain("run --rm --no-deps \"$service-migrate\"");
    }

    [Fact]
    public void The_key_that_signs_the_log_is_the_signers_alone()
    {
        Parts
            .Where(one =>
                one.Key != "secrets"
                && one.Value["volumes"].Each.Any(volume => volume.Text!.StartsWith("signer-secrets:", StringComparison.Ordinal))
            )
            .ShouldHaveSingleItem()
            .Key.ShouldBe("signer");
        var (signer, voting) = (Parts["signer"]["environment"].Members, Parts["voting"]["environment"].Members);
        voting["Log__Signer"].Text.ShouldBe("false");
        // What differs is who signs, and where that one's guard is.
        Others(signer).ShouldBe(Others(voting));

        static IEnumerable<(string, string?)> Others(IReadOnlyDictionary<string, Node> settings) =>
            settings.Where(one => one.Key is not ("Log__Signer" or "Log__GuardFile")).Select(one => (one.Key, one.Value.Text));
    }

    [Fact]
    public void Ports_are_published_on_this_machine_only()
    {
        foreach (var (name, part) in Parts)
        {
            foreach (var port in part["ports"].Each)
                port.Text.ShouldStartWith("127.0.0.1:", customMessage: name);
        }
    }

    [Fact]
    public void Images_are_pinned_and_the_same_in_Compose_and_Kubernetes()
    {
        var ours = Parts.Values.Where(part => part["build"].Exists).Select(part => part["image"].Text!).ToHashSet();
        var images = Parts.Values.Select(part => part["image"].Text!).Where(image => !ours.Contains(image)).ToHashSet();
        images.ShouldAllBe(image => Regex.IsMatch(image, @":v?\d+\.\d+"));
        foreach (
            Match image in Repository
                .Files("k8s", "*.yaml")
                .SelectMany(file => Regex.Matches(Repository.Read(file), @"^\s*image:\s+(\S+)$", RegexOptions.Multiline))
        )
        {
            var name = image.Groups[1].Value;
            (images.Contains(name) || ours.Contains(name)).ShouldBeTrue(name);
        }

        Regex
            .Matches(Repository.Read("services/Dockerfile"), @"^FROM \S+:(\S+)", RegexOptions.Multiline)
            .Select(stage => stage.Groups[1].Value)
            .ShouldAllBe(tag => Regex.IsMatch(tag, @"^\d+\.\d+\.\d+"));
    }

    [Fact]
    public void The_image_is_restored_from_every_project_and_lock_file()
    {
        var dockerfile = Repository.Read("services/Dockerfile");
        foreach (var project in Repository.Files("services", "*.csproj").Select(file => file.Split('/')[1]))
            dockerfile.ShouldContain($"COPY services/{project}/*.csproj services/{project}/packages.lock.json services/{project}/");
        foreach (var service in Repository.Services)
            Parts[service]["build"]["args"]["SERVICE"].Text.ShouldBe(Repository.Title(service));
    }

    [Fact]
    public void No_container_takes_the_whole_memory_or_fills_the_disk_with_its_log()
    {
        foreach (var (name, part) in Parts.Where(one => one.Key != "secrets"))
        {
            part["mem_limit"].Exists.ShouldBeTrue(name);
            part["logging"]["options"]["max-size"].Exists.ShouldBeTrue(name);
            part["logging"]["options"]["max-file"].Exists.ShouldBeTrue(name);
        }

        foreach (var service in Repository.Services)
            Parts[service]
                ["mem_limit"]
                .Text.ShouldBe(KubernetesTests.MemoryLimit(service).Replace("Mi", "m", StringComparison.Ordinal), service);
    }

    [Fact]
    public void What_up_builds_is_every_image_of_ours()
    {
        // A service with a profile is left out by "up --build", which leaves its image stale; of one without replicas the image is built
        // and nothing runs.
        foreach (var (name, part) in Parts.Where(one => one.Value["build"].Exists))
            part["profiles"].Exists.ShouldBeFalse(name);
        Parts["operator"]["deploy"]["replicas"].Text.ShouldBe("0");
        // What is pulled only for those who observe has a profile: without one, "up" would pull it even for no replicas.
        foreach (var name in (string[])["prometheus", "grafana"])
            Parts[name]["profiles"].Each.Select(one => one.Text).ShouldBe(["observe"], name);
        // Set there, "down" knows of them as well.
        Repository.Read("k8s/INSTALL.md").ShouldContain("COMPOSE_PROFILES=observe >> .env");
    }

    [Fact]
    public void The_operators_tool_has_a_folder_that_stays_and_knows_how_many_replicas_there_should_be()
    {
        var tool = Parts["operator"];
        var folder = tool["working_dir"].Text!;
        tool["volumes"].Each.Select(one => one.Text).ShouldContain($"operator-files:{folder}");
        Compose["volumes"].Members.ShouldContainKey("operator-files");
        // A new volume takes its owner from the image.
        Repository.Read("services/Dockerfile").ShouldContain($"--chown=$APP_UID:$APP_UID {folder} {folder}");
        foreach (var service in Repository.Services.Where(service => Parts[service]["deploy"]["replicas"].Exists))
            tool["environment"][$"Replicas__{Repository.Title(service)}"].Text.ShouldBe(Parts[service]["deploy"]["replicas"].Text);
    }

    [Fact]
    public void PostgreSQL_has_a_connection_for_every_pool_of_every_replica_while_a_service_is_doubled()
    {
        var replicas = ((string[])["catalog", "voting", "newsletter", "webhooks"])
            .Select(service => Parts[service]["deploy"]["replicas"].Exists ? Parts[service]["deploy"]["replicas"].Number : 1)
            .ToList();
        Parts["postgres"]["command"].Each.Select(one => one.Text).ShouldContain("max_connections=200");
        ((replicas.Sum() + replicas.Max()) * Hosting.Databases.Database.PoolSize).ShouldBeLessThanOrEqualTo(180);
    }

    // ${NAME:-default}, as Compose reads it without an environment.
    private static string Default(string value) => Regex.Replace(value, @"\$\{[A-Z_]+:-([^}]*)\}", "$1");
}
