using Shouldly;
using Xunit;

namespace Manifests.Tests;

public sealed class KubernetesTests
{
    private static readonly string[] Servers = ["postgres", "rabbitmq", "redis"];

    private static readonly List<(string File, Node Document)> All =
    [
        .. Repository.Files("k8s", "*.yaml").SelectMany(file => Node.Load(file).Select(document => (file, document))),
    ];

    private static IEnumerable<(string File, Node Document)> Of(params string[] kinds) =>
        All.Where(one => kinds.Contains(one.Document["kind"].Text));

    private static IEnumerable<(string Where, Node Workload, Node Pod)> Workloads() =>
        Of("Deployment", "StatefulSet", "Job")
            .Select(one =>
                ($"{one.File}: {one.Document["metadata"]["name"].Text}", one.Document, one.Document["spec"]["template"]["spec"])
            );

    private static Node Deployment(string service) => Of("Deployment").Single(one => one.File == $"k8s/base/{service}.yaml").Document;

    private static Node Container(string service) => Deployment(service)["spec"]["template"]["spec"]["containers"].Each.Single();

    [Fact]
    public void Every_pod_keeps_to_the_restricted_standard()
    {
        Workloads().Count().ShouldBeGreaterThan(8);
        foreach (var (where, _, pod) in Workloads())
        {
            pod["automountServiceAccountToken"].Text.ShouldBe("false", where);
            pod["serviceAccountName"].Text.ShouldNotBeNull(where);
            pod["securityContext"]["runAsNonRoot"].Text.ShouldBe("true", where);
            pod["securityContext"]["seccompProfile"]["type"].Text.ShouldBe("RuntimeDefault", where);
            foreach (var container in pod["containers"].Each.Concat(pod["initContainers"].Each))
            {
                var security = container["securityContext"];
                security["allowPrivilegeEscalation"].Text.ShouldBe("false", where);
                security["capabilities"]["drop"].Each.Select(one => one.Text).ShouldBe(["ALL"], where);
                container["resources"]["requests"]["memory"].Exists.ShouldBeTrue(where);
                container["resources"]["requests"]["cpu"].Exists.ShouldBeTrue(where);
                container["resources"]["limits"]["memory"].Exists.ShouldBeTrue(where);
            }
        }
    }

    [Fact]
    public void Every_container_of_ours_has_a_read_only_file_system_and_the_image_user()
    {
        foreach (var (where, _, pod) in Workloads().Where(one => one.Where.StartsWith("k8s/base/", StringComparison.Ordinal)))
        {
            pod["securityContext"]["runAsUser"].Number.ShouldBe(1654, where);
            foreach (var container in pod["containers"].Each.Concat(pod["initContainers"].Each))
                container["securityContext"]["readOnlyRootFilesystem"].Text.ShouldBe("true", where);
        }
    }

    [Fact]
    public void Every_process_that_stays_has_all_three_probes()
    {
        foreach (var (where, workload, pod) in Workloads().Where(one => one.Workload["kind"].Text != "Job"))
        {
            foreach (var probe in (string[])["startupProbe", "livenessProbe", "readinessProbe"])
                pod["containers"].Each.Single()[probe].Exists.ShouldBeTrue($"{where}: {probe}");
        }

        foreach (var service in Repository.Services)
        {
            Container(service)["livenessProbe"]["httpGet"]["path"].Text.ShouldBe("/health/live");
            Container(service)["startupProbe"]["httpGet"]["path"].Text.ShouldBe("/health/live");
            Container(service)["readinessProbe"]["httpGet"]["path"].Text.ShouldBe("/health/ready");
        }
    }

    [Fact]
    public void Drain_every_service_is_given_more_time_to_stop_than_it_takes()
    {
        // HostOptions.ShutdownTimeout, as Hosting sets it.
        var host = int.Parse(
            Repository.Read("services/Hosting/Service.cs").Split("ShutdownTimeout = TimeSpan.FromSeconds(")[1].Split(')')[0],
            System.Globalization.CultureInfo.InvariantCulture
        );
        foreach (var service in Repository.Services)
        {
            var before = Container(service)["lifecycle"]["preStop"]["sleep"]["seconds"].Number;
            Deployment(service)["spec"]
                ["template"]["spec"]["terminationGracePeriodSeconds"]
                .Number.ShouldBeGreaterThan(before + host, service);
            Deployment(service)["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"].Text.ShouldBe("0", service);
        }
    }

    [Fact]
    public void Every_service_has_a_budget_and_spreads_over_hosts_and_zones()
    {
        foreach (var service in Repository.Services)
        {
            Of("PodDisruptionBudget")
                .Count(one => one.Document["spec"]["selector"]["matchLabels"]["app.kubernetes.io/name"].Text == service)
                .ShouldBe(1, service);
            Deployment(service)["spec"]
                ["template"]["spec"]["topologySpreadConstraints"]
                .Each.Select(one => one["topologyKey"].Text)
                .ShouldBe(["kubernetes.io/hostname", "topology.kubernetes.io/zone"], service);
        }
    }

    [Fact]
    public void An_autoscaler_never_fights_with_a_fixed_number_of_replicas()
    {
        var scaled = Of("HorizontalPodAutoscaler").Select(one => one.Document["spec"]["scaleTargetRef"]["name"].Text!).ToList();
        scaled.Order().ShouldBe(["tally", "voting", "web"]);
        foreach (var service in scaled)
            Deployment(service)["spec"]["replicas"].Exists.ShouldBeFalse(service);
    }

    [Fact]
    public void Selectors_match_the_labels_they_select()
    {
        foreach (var (file, document) in Of("Deployment", "StatefulSet"))
        {
            var labels = document["spec"]["template"]["metadata"]["labels"];
            foreach (var (key, value) in document["spec"]["selector"]["matchLabels"].Members)
                labels[key].Text.ShouldBe(value.Text, file);
        }

        foreach (var (file, document) in Of("Service"))
        {
            var selector = document["spec"]["selector"].Members;
            var chosen = Of("Deployment", "StatefulSet")
                .Where(one =>
                    selector.All(label => one.Document["spec"]["template"]["metadata"]["labels"][label.Key].Text == label.Value.Text)
                )
                .ToList();
            chosen.ShouldHaveSingleItem($"{file}: {document["metadata"]["name"].Text}");
            var named = chosen[0]
                .Document["spec"]["template"]["spec"]["containers"]
                .Each.SelectMany(container => container["ports"].Each)
                .Select(port => port["name"].Text);
            foreach (var port in document["spec"]["ports"].Each)
                named.ShouldContain(port["targetPort"].Text, file);
        }
    }

    [Fact]
    public void Only_the_arrows_of_the_design_are_allowed_and_each_at_both_ends()
    {
        Dictionary<string, string[]> arrows = new()
        {
            ["web"] = ["catalog", "newsletter", "tally", "voting", "webhooks"],
            ["voting"] = ["catalog", "postgres", "rabbitmq"],
            ["signer"] = ["catalog", "postgres", "rabbitmq"],
            ["tally"] = ["catalog", "rabbitmq", "redis", "voting"],
            ["newsletter"] = ["catalog", "postgres", "rabbitmq", "tally"],
            ["webhooks"] = ["catalog", "newsletter", "postgres", "rabbitmq", "voting"],
            ["catalog"] = ["postgres", "rabbitmq"],
        };
        var policies = Of("NetworkPolicy")
            .Where(one => one.File == "k8s/base/network.yaml")
            .ToDictionary(one => one.Document["metadata"]["name"].Text!, one => one.Document["spec"]);
        policies["deny-all"]["policyTypes"].Each.Select(one => one.Text).ShouldBe(["Ingress", "Egress"]);
        policies["deny-all"]["ingress"].Exists.ShouldBeFalse();
        policies["deny-all"]["egress"].Exists.ShouldBeFalse();

        foreach (var service in Repository.Services)
        {
            Peers(policies[service]["egress"], "to").ShouldBe(arrows[service], service);
            Peers(policies[service]["ingress"], "from")
                .ShouldBe(arrows.Where(one => one.Value.Contains(service)).Select(one => one.Key).Order(), service);
            // What a service is given the address of is what it may reach, no more and no less.
            var addressed = Settings(service)
                .Keys.Where(key => key.StartsWith("Services__", StringComparison.Ordinal))
                .Select(key => key["Services__".Length..].ToLowerInvariant());
            addressed.Order().ShouldBe(arrows[service].Except(Servers), service);
        }
    }

    [Fact]
    public void Every_setting_a_container_is_given_is_one_its_service_documents()
    {
        foreach (var service in Repository.Services)
        {
            foreach (var setting in Settings(service).Keys)
                Documented.By(service, setting).ShouldBeTrue($"{service}: {setting}");
        }
    }

    [Fact]
    public void The_secrets_of_the_local_overlay_are_those_that_are_generated()
    {
        var overlay = Node.Load("k8s/overlays/local/kustomization.yaml").Single();
        var script = Repository.Read("k8s/make-secrets");
        foreach (var secret in overlay["secretGenerator"].Each)
        {
            foreach (var file in secret["files"].Each)
            {
                var name = file.Text!.Split('/')[^1];
                script.ShouldContain(name);
                if (Repository.Services.Contains(secret["name"].Text))
                    Documented.By(secret["name"].Text!, name).ShouldBeTrue($"{secret["name"].Text}: {name}");
            }
        }
    }

    [Fact]
    public void A_new_version_brings_its_schema_whatever_tool_applies_it()
    {
        foreach (var service in (string[])["catalog", "voting", "newsletter", "webhooks"])
        {
            var migrate = Deployment(service)["spec"]["template"]["spec"]["initContainers"].Each.Single();
            migrate["image"].Text.ShouldBe(Container(service)["image"].Text);
            migrate["args"].Each.Select(one => one.Text).ShouldBe(["migrate", "--wait"]);
            // What tells the two apart is whose secrets they read, and that only one of them changes the schema.
            Settings(migrate).Where(Shared).ShouldBe(Settings(service).Where(Shared), service);
            Settings(service)["Schema__MigrateAtStart"].ShouldBe("false");
        }

        static bool Shared(KeyValuePair<string, string?> setting) => setting.Key is not ("SECRETS_DIR" or "Schema__MigrateAtStart");

        // A Job can't be changed once it was applied: the next version's image would be refused.
        Of("Job").ShouldBeEmpty();
    }

    [Fact]
    public void The_login_that_owns_the_tables_is_given_to_migrate_alone()
    {
        foreach (var service in (string[])["catalog", "voting", "newsletter", "webhooks"])
        {
            var pod = Deployment(service)["spec"]["template"]["spec"];
            var volume = pod["volumes"].Each.Single(one => one["secret"]["secretName"].Text == $"{service}-owner")["name"].Text;
            var migrate = pod["initContainers"].Each.Single();
            var mount = migrate["volumeMounts"].Each.Single(one => one["name"].Text == volume)["mountPath"].Text!;
            Settings(migrate)["SECRETS_DIR"]!.Split(';').ShouldBe([Settings(service)["SECRETS_DIR"]!, mount]);
            Container(service)["volumeMounts"].Each.Select(one => one["name"].Text).ShouldNotContain(volume, service);
        }

        var roles = Of("Cluster")
            .Single(one => one.File == "k8s/overlays/production/postgres.yaml")
            .Document["spec"]["managed"]["roles"]
            .Each.Select(one => one["name"].Text);
        roles.ShouldBe(["voting", "newsletter", "webhooks", "catalog_serving", "voting_serving", "newsletter_serving", "webhooks_serving"]);
    }

    [Fact]
    public void The_key_that_signs_the_log_is_mounted_by_the_signer_alone_which_keeps_its_guard_on_a_volume()
    {
        var mounting = Workloads()
            .Where(one => one.Pod["volumes"].Each.Any(volume => volume["secret"]["secretName"].Text == "signer"))
            .Select(one => one.Where);
        mounting.Distinct().ShouldHaveSingleItem().ShouldStartWith("k8s/base/signer.yaml");
        var overlay = Node.Load("k8s/overlays/local/kustomization.yaml").Single();
        foreach (var secret in overlay["secretGenerator"].Each.Where(secret => secret["name"].Text != "signer"))
            secret["files"].Each.ShouldAllBe(file => !file.Text!.Contains("Log__SigningKeys", StringComparison.Ordinal));

        Settings("voting")["Log__Signer"].ShouldBe("false");
        var signer = Container("signer");
        Settings("signer").ShouldNotContainKey("Log__Signer");
        var guard = signer["volumeMounts"].Each.Single(mount => mount["name"].Text == "guard")["mountPath"].Text!;
        Settings("signer")["Log__GuardFile"]!.ShouldStartWith($"{guard}/");
        Deployment("signer")["spec"]["replicas"].Text.ShouldBe("1");
        foreach (var setting in Settings("signer").Keys)
            Documented.By("voting", setting).ShouldBeTrue(setting);
    }

    [Fact]
    public void An_image_of_ours_is_never_pulled_unless_an_overlay_names_a_registry()
    {
        foreach (var (where, _, pod) in Workloads().Where(one => one.Where.StartsWith("k8s/base/", StringComparison.Ordinal)))
        {
            foreach (var container in pod["containers"].Each.Concat(pod["initContainers"].Each))
            {
                // Without a tag it is "latest", and then always pulled.
                container["image"].Text.ShouldEndWith(":dev", customMessage: where);
                container["imagePullPolicy"].Text.ShouldBe("IfNotPresent", where);
            }
        }

        var local = Node.Load("k8s/overlays/local/kustomization.yaml").Single();
        var patches = local["patches"]
            .Each.Where(patch => patch["patch"].Text!.Contains("imagePullPolicy, value: Never", StringComparison.Ordinal))
            .ToList();
        Targets(patches[0]).ShouldBe(Repository.Services, ignoreOrder: true);
        Targets(patches[1])
            .ShouldBe(
                Repository.Services.Where(service => Deployment(service)["spec"]["template"]["spec"]["initContainers"].Exists),
                ignoreOrder: true
            );

        static string[] Targets(Node patch) => patch["target"]["name"].Text!.Split('|');
    }

    [Fact]
    public void The_local_overlay_fits_on_two_cores_and_says_what_it_asks_for()
    {
        var overlay = Node.Load("k8s/overlays/local/kustomization.yaml").Single();
        var patch = overlay["patches"]
            .Each.First(one => one["patch"].Text!.Contains("containers/0/resources/requests/cpu", StringComparison.Ordinal))["patch"]
            .Text!;
        var patched = Milli(System.Text.RegularExpressions.Regex.Match(patch, @"cpu, value: (\w+)").Groups[1].Value);
        overlay["patches"]
            .Each.ShouldContain(one =>
                one["target"]["kind"].Text == "HorizontalPodAutoscaler"
                && one["patch"].Text!.Contains("$patch: delete", StringComparison.Ordinal)
            );

        var asked =
            Repository.Services.Sum(service => patched * Replicas(service))
            + Workloads()
                .Where(one =>
                    one.Where.StartsWith("k8s/overlays/local/", StringComparison.Ordinal)
                    || one.Where.StartsWith("k8s/components/redis/", StringComparison.Ordinal)
                )
                .Sum(one => one.Pod["containers"].Each.Sum(container => Milli(container["resources"]["requests"]["cpu"].Text!)));
        asked.ShouldBeInRange(450, 500);
        Repository.Read("k8s/overlays/local/kustomization.yaml").ShouldContain("Asks for 0.5 CPU");
        Repository.Read("k8s/INSTALL.md").ShouldContain("asks for 0.5 CPU");

        int Replicas(string service) =>
            overlay["replicas"].Each.FirstOrDefault(one => one["name"].Text == service)?["count"].Number
            ?? Deployment(service)["spec"]["replicas"].Number;
    }

    [Theory]
    [InlineData("production", 400)]
    [InlineData("local", 200)]
    public void PostgreSQL_has_a_connection_for_every_pool_of_every_replica_while_all_are_replaced(string overlay, int allowed)
    {
        Repository.Read($"k8s/overlays/{overlay}/postgres.yaml").ShouldMatch($"max_connections[=:] ?\"?{allowed}");
        // One more of each service while it rolls out; the server keeps some for its own work.
        var replicas =
            overlay == "local"
                ? Node.Load("k8s/overlays/local/kustomization.yaml")
                    .Single()["replicas"]
                    .Each.Where(one => one["name"].Text is "catalog" or "voting")
                    .Sum(one => one["count"].Number)
                : Deployment("catalog")["spec"]["replicas"].Number
                    + Of("HorizontalPodAutoscaler")
                        .Single(one => one.Document["metadata"]["name"].Text == "voting")
                        .Document["spec"]["maxReplicas"]
                        .Number;
        replicas += Deployment("newsletter")["spec"]["replicas"].Number + Deployment("webhooks")["spec"]["replicas"].Number;
        var most = (replicas + 4) * Hosting.Databases.Database.PoolSize;
        most.ShouldBeLessThanOrEqualTo(allowed - 20);
    }

    [Fact]
    public void The_ingress_lets_through_the_largest_body_that_is_taken()
    {
        var lets = All.Single(one => one.File == "k8s/components/ingress/ingress.yaml" && one.Document["kind"].Text == "Ingress")
            .Document["metadata"]["annotations"]["nginx.ingress.kubernetes.io/proxy-body-size"]
            .Text!;
        int.Parse(lets.TrimEnd('m'), System.Globalization.CultureInfo.InvariantCulture)
            .ShouldBeGreaterThan(Contracts.Limits.CatalogFileMiB);
    }

    [Fact]
    public void Every_file_beside_a_kustomization_is_used_by_it()
    {
        foreach (var file in Repository.Files("k8s", "kustomization.yaml"))
        {
            var folder = file[..file.LastIndexOf('/')];
            var kustomization = Node.Load(file).Single();
            var named = kustomization["resources"].Each.Concat(kustomization["components"].Each).Select(one => one.Text!).ToList();
            foreach (var name in named)
                (
                    File.Exists(Repository.Path($"{folder}/{name}")) || File.Exists(Repository.Path($"{folder}/{name}/kustomization.yaml"))
                ).ShouldBeTrue($"{file}: {name}");
            foreach (var beside in Repository.Files(folder, "*.yaml").Where(one => one[..one.LastIndexOf('/')] == folder && one != file))
                named.ShouldContain(beside[(folder.Length + 1)..], file);
        }
    }

    [Fact]
    public void No_secret_is_committed()
    {
        Of("Secret").ShouldBeEmpty();
        foreach (
            var (file, text) in Repository.Files("k8s", "*").Append("docker-compose.yml").Select(file => (file, Repository.Read(file)))
        )
        {
            System
                .Text.RegularExpressions.Regex.IsMatch(text, """(?i)password\s*[:=]\s*["']?(?!secrets/)[A-Za-z0-9+/]{8,}""")
                .ShouldBeFalse(file);
            System.Text.RegularExpressions.Regex.IsMatch(text, "[A-Za-z0-9+/]{43}=").ShouldBeFalse($"{file}: looks like a key");
            System
                .Text.RegularExpressions.Regex.IsMatch(text, "amqp://[^/$]+:[A-Za-z0-9]")
                .ShouldBeFalse($"{file}: a password in an address");
        }

        Repository.Read(".gitignore").Split('\n').ShouldContain("secrets/");
    }

    internal static string MemoryLimit(string service) => Container(service)["resources"]["limits"]["memory"].Text!;

    internal static Dictionary<string, string?> Settings(string service) => Settings(Container(service));

    private static Dictionary<string, string?> Settings(Node container) =>
        container["env"].Each.ToDictionary(one => one["name"].Text!, one => one["value"].Text);

    private static int Milli(string cpu) =>
        cpu.EndsWith('m')
            ? int.Parse(cpu[..^1], System.Globalization.CultureInfo.InvariantCulture)
            : 1000 * int.Parse(cpu, System.Globalization.CultureInfo.InvariantCulture);

    private static IEnumerable<string> Peers(Node rules, string end) =>
        rules
            .Each.SelectMany(rule => rule[end].Each)
            .SelectMany(peer =>
                peer["podSelector"]
                    ["matchLabels"]
                    .Members.Select(label => label.Value.Text!)
                    .Concat(peer["podSelector"]["matchExpressions"].Each.SelectMany(one => one["values"].Each.Select(value => value.Text!)))
            )
            .Order();

    [Fact]
    public void Redis_stops_growing_before_its_container_is_killed_and_gives_up_what_expires_first()
    {
        var container = Of("StatefulSet")
            .Single(one => one.Document["metadata"]["name"].Text == "redis")
            .Document["spec"]["template"]["spec"]["containers"]
            .Each.Single();
        foreach (var command in new[] { container["command"], Node.Load("docker-compose.yml").Single()["services"]["redis"]["command"] })
        {
            var words = command.Each.Select(word => word.Text!).ToList();
            words[words.IndexOf("--maxmemory-policy") + 1].ShouldBe("volatile-ttl");
            int.Parse(words[words.IndexOf("--maxmemory") + 1].Replace("mb", "", StringComparison.Ordinal)).ShouldBeLessThan(224);
        }

        container["resources"]["limits"]["memory"].Text.ShouldBe("256Mi");
    }

    [Fact]
    public void Ranges_of_private_networks_are_named_and_not_listed()
    {
        foreach (var service in Repository.Services.Where(service => service != "web"))
            Settings(service)
                .Where(one => one.Key.StartsWith("Proxies__", StringComparison.Ordinal))
                .ShouldHaveSingleItem()
                .Value.ShouldBe("private", service);
    }
}
