using System.Text.Json;
using System.Text.RegularExpressions;
using Shouldly;
using Xunit;

namespace Manifests.Tests;

public sealed partial class ObserveTests
{
    private const string Folder = "k8s/components/observe";

    [Fact]
    public void Compose_and_Kubernetes_alert_on_the_same()
    {
        var here = Node.Load($"{Folder}/rules.yml").Single()["groups"];
        var there = Node.Load($"{Folder}/rules.k8s.yaml").Single()["spec"]["groups"];
        there.Content.ShouldBe(here.Content);
    }

    [Fact]
    public void The_runbook_says_what_to_do_about_every_alert()
    {
        var runbook = Repository.Read("k8s/README.md");
        foreach (var alert in Alerts())
        {
            runbook.ShouldContain($"### {alert["alert"].Text}\n");
            alert["annotations"]["runbook"].Text.ShouldBe($"k8s/README.md#{alert["alert"].Text!.ToLowerInvariant()}");
            alert["labels"]["severity"].Text.ShouldBeOneOf("page", "ticket");
        }
    }

    // What the frameworks and the broker measure, as seen at their /metrics; what is recorded by a rule is added.
    private static readonly string[] Foreign =
    [
        "up",
        "http_server_request_duration_seconds_bucket",
        "http_server_request_duration_seconds_count",
        "http_server_active_requests",
        "kestrel_active_connections",
        "dotnet_process_memory_working_set_bytes",
        "dotnet_process_cpu_time_seconds_total",
        "dotnet_gc_pause_time_seconds_total",
        "rabbitmq_detailed_queue_messages",
        // As documented by CloudNativePG, its Barman Cloud plug-in, cert-manager, the blackbox exporter, kube-state-metrics and the
        // kubelet.
        "cnpg_pg_stat_archiver_last_failed_time",
        "cnpg_pg_stat_archiver_last_archived_time",
        "barman_cloud_cloudnative_pg_io_last_available_backup_timestamp",
        "certmanager_certificate_expiration_timestamp_seconds",
        "probe_ssl_earliest_cert_expiry",
        "kube_pod_init_container_status_running",
        "kube_pod_init_container_status_waiting",
        "kube_pod_container_status_restarts_total",
        "kube_pod_container_status_last_terminated_reason",
        "kube_horizontalpodautoscaler_status_current_replicas",
        "kube_horizontalpodautoscaler_spec_max_replicas",
        "kubelet_volume_stats_available_bytes",
        "kubelet_volume_stats_capacity_bytes",
    ];

    [Fact]
    public void Alerts_and_dashboards_ask_for_metrics_that_exist()
    {
        var known = OwnMetrics()
            .SelectMany(one => one.Value)
            .Concat(Foreign)
            .Concat(
                Node.Load($"{Folder}/rules.yml")
                    .Single()["groups"]
                    .Each.SelectMany(group => group["rules"].Each)
                    .Select(rule => rule["record"].Text)
                    .OfType<string>()
            )
            .ToHashSet();
        known.ShouldContain("tally_push_lag_seconds_bucket");
        known.ShouldContain("voting_votes_total");
        foreach (var (where, expression) in Expressions())
        {
            foreach (var metric in AskedFor(expression))
                known.ShouldContain(metric, where);
        }
    }

    [Fact]
    public void Everything_that_is_measured_is_shown()
    {
        var asked = Expressions().SelectMany(one => AskedFor(one.Expression)).ToHashSet();
        OwnMetrics().Count.ShouldBeGreaterThan(15);
        foreach (var (instrument, names) in OwnMetrics())
            names.ShouldContain(name => asked.Contains(name), $"{instrument} is on no dashboard");
    }

    [Theory]
    [InlineData("""sum by (job) (rate(tally_puhses_total{a="b_c"}[5m])) / on (job) max(up)""", "tally_puhses_total,up")]
    [InlineData(
        "histogram_quantile(0.99, sum by (le, job) (rate(x_bucket{a!~\"/hubs.*|y_total\"}[$__rate_interval]))) > 1 unless votes:failed:ratio_rate1h",
        "x_bucket,votes:failed:ratio_rate1h"
    )]
    public void The_metrics_of_an_expression_are_told_from_its_functions_and_labels(string expression, string metrics) =>
        AskedFor(expression).ShouldBe(metrics.Split(','));

    [Fact]
    public void Dashboards_can_be_loaded()
    {
        var ids = new HashSet<string>();
        foreach (var file in Repository.Files($"{Folder}/dashboards", "*.json"))
        {
            using var dashboard = JsonDocument.Parse(Repository.Read(file));
            ids.Add(dashboard.RootElement.GetProperty("uid").GetString()!).ShouldBeTrue(file);
            dashboard
                .RootElement.GetProperty("panels")
                .EnumerateArray()
                .Select(panel => panel.GetProperty("id").GetInt32())
                .ShouldBeUnique();
            Repository.Read($"{Folder}/kustomization.yaml").ShouldContain($"dashboards/{Path.GetFileName(file)}");
        }

        ids.Count.ShouldBe(3);
    }

    private static IEnumerable<Node> Alerts() =>
        Node.Load($"{Folder}/rules.yml")
            .Single()["groups"]
            .Each.SelectMany(group => group["rules"].Each)
            .Where(rule => rule["alert"].Exists);

    private static IEnumerable<(string Where, string Expression)> Expressions()
    {
        foreach (var rule in Node.Load($"{Folder}/rules.yml").Single()["groups"].Each.SelectMany(group => group["rules"].Each))
            yield return (rule["alert"].Text ?? rule["record"].Text!, rule["expr"].Text!);
        foreach (var file in Repository.Files($"{Folder}/dashboards", "*.json"))
        {
            using var dashboard = JsonDocument.Parse(Repository.Read(file));
            foreach (var panel in dashboard.RootElement.GetProperty("panels").EnumerateArray())
            {
                foreach (var target in panel.GetProperty("targets").EnumerateArray())
                    yield return ($"{file}: {panel.GetProperty("title").GetString()}", target.GetProperty("expr").GetString()!);
            }
        }
    }

    /// <summary>
    /// What the services' instruments are called in Prometheus: dots become underscores, then the unit, then _total or a histogram's
    /// endings.
    /// </summary>
    private static Dictionary<string, string[]> OwnMetrics()
    {
        var names = new Dictionary<string, string[]>();
        foreach (var file in Repository.Files("services", "*Metrics.cs"))
        {
            foreach (Match made in Instrument().Matches(Repository.Read(file)))
            {
                var name =
                    made.Groups["name"].Value.Replace('.', '_')
                    + (made.Groups["rest"].Value.Contains("\"s\"", StringComparison.Ordinal) ? "_seconds" : "");
                string[] endings = made.Groups["kind"].Value switch
                {
                    "Counter" or "ObservableCounter" => ["_total"],
                    "Histogram" => ["_bucket", "_sum", "_count"],
                    _ => [""],
                };
                names[name] = Array.ConvertAll(endings, ending => name + ending);
            }
        }

        return names;
    }

    [GeneratedRegex("""Create(?<kind>\w+?)(<\w+>)?\(\s*"(?<name>[a-z.]+)"(?<rest>[^;{]*)""")]
    private static partial Regex Instrument();

    private static IEnumerable<string> AskedFor(string expression) =>
        Name().Matches(NoMetric().Replace(expression, " ")).Select(name => name.Value);

    // What is no metric: labels, ranges, groupings, operators in words.
    [GeneratedRegex("""\{[^}]*\}|\[[^\]]*\]|\b(by|on|ignoring|without)\s*\([^)]*\)|\b(and|or|unless)\b""")]
    private static partial Regex NoMetric();

    // A name that is not a function's.
    [GeneratedRegex(@"\b[a-z_][a-z0-9_:]*\b(?!\s*\()")]
    private static partial Regex Name();
}
