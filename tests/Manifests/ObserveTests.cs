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

    [Fact]
    public void Alerts_and_dashboards_ask_for_metrics_that_exist()
    {
        var known = OwnMetrics();
        known.ShouldContain("tally_push_lag_seconds_bucket");
        known.ShouldContain("voting_votes_total");
        foreach (var (where, expression) in Expressions())
        {
            foreach (Match metric in OwnMetric().Matches(expression))
                known.ShouldContain(metric.Value, where);
        }
    }

    [Fact]
    public void Dashboards_can_be_loaded()
    {
        var ids = new HashSet<string>();
        foreach (var file in Repository.Files($"{Folder}/dashboards", "*.json"))
        {
            using var dashboard = JsonDocument.Parse(Repository.Read(file));
            ids.Add(dashboard.RootElement.GetProperty("uid").GetString()!).ShouldBeTrue(file);
            dashboard.RootElement.GetProperty("panels").EnumerateArray().Select(panel => panel.GetProperty("id").GetInt32()).ShouldBeUnique();
            Repository.Read($"{Folder}/kustomization.yaml").ShouldContain($"dashboards/{Path.GetFileName(file)}");
        }

        ids.Count.ShouldBe(3);
    }

    private static IEnumerable<Node> Alerts() =>
        Node.Load($"{Folder}/rules.yml").Single()["groups"].Each.SelectMany(group => group["rules"].Each).Where(rule => rule["alert"].Exists);

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

    /// <summary>What the services' instruments are called in Prometheus: dots become underscores, then the unit, then _total or a histogram's endings.</summary>
    private static HashSet<string> OwnMetrics()
    {
        var names = new HashSet<string>();
        foreach (var file in Repository.Files("services", "*Metrics.cs"))
        {
            foreach (Match made in Instrument().Matches(Repository.Read(file)))
            {
                var name = made.Groups["name"].Value.Replace('.', '_') + (made.Groups["rest"].Value.Contains("\"s\"", StringComparison.Ordinal) ? "_seconds" : "");
                string[] endings = made.Groups["kind"].Value switch
                {
                    "Counter" or "ObservableCounter" => ["_total"],
                    "Histogram" => ["_bucket", "_sum", "_count"],
                    _ => [""],
                };
                names.UnionWith(endings.Select(ending => name + ending));
            }
        }

        return names;
    }

    [GeneratedRegex("""Create(?<kind>\w+?)(<\w+>)?\(\s*"(?<name>[a-z.]+)"(?<rest>[^;{]*)""")]
    private static partial Regex Instrument();

    [GeneratedRegex("(?<![:a-z_])(voting|tally|newsletter)_[a-z_]+(?![a-z_]*=)")]
    private static partial Regex OwnMetric();
}
