using System.Reflection;
using k8s;
using k8s.Models;
using Shouldly;
using Xunit;
using YamlDotNet.Core;

namespace Manifests.Tests;

/// <summary>What an API server would refuse or, worse, leave out silently: fields its kinds do not have, values of another type.</summary>
public sealed class StrictTests
{
    private static readonly HashSet<string> Known =
    [
        .. typeof(V1Deployment)
            .Assembly.GetTypes()
            .Select(type => type.GetCustomAttribute<KubernetesEntityAttribute>(inherit: false))
            .OfType<KubernetesEntityAttribute>()
            .Select(kind => $"{(kind.Group.Length > 0 ? kind.Group + "/" : "")}{kind.ApiVersion}/{kind.Kind}"),
    ];

    // Kinds that operators bring; the client library does not know them.
    private static readonly string[] Brought =
    [
        "gateway.networking.k8s.io",
        "keda.sh",
        "kustomize.config.k8s.io",
        "monitoring.coreos.com",
        "postgresql.cnpg.io",
        "rabbitmq.com",
    ];

    [Fact]
    public void Every_manifest_has_only_fields_that_its_kind_has()
    {
        var read = 0;
        foreach (var file in Repository.Files("k8s", "*.yaml"))
        {
            foreach (var document in Repository.Read(file).Split("\n---\n"))
            {
                var root = Node.Parse(document);
                var (version, kind) = (root["apiVersion"].Text!, root["kind"].Text!);
                if (!Known.Contains($"{version}/{kind}"))
                {
                    Brought.ShouldContain(version.Split('/')[0], $"{file}: {version}/{kind}");
                    continue;
                }

                Should.NotThrow(() => Read(document), $"{file}: {kind} {root["metadata"]["name"].Text}");
                read++;
            }
        }

        read.ShouldBeGreaterThan(50);
    }

    [Theory]
    [InlineData("spec: { replicas: 2, replicsa: 3 }")]
    [InlineData("spec: { replicas: two }")]
    [InlineData("spec: { replicas: 2, replicas: 3 }")]
    [InlineData("spec: { template: { spec: { containers: [{ name: web, livenesProbe: {} }] } } }")]
    public void A_field_that_the_kind_does_not_have_is_refused(string spec) =>
        Should.Throw<YamlException>(() => Read($"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{ name: web }}\n{spec}\n"));

    private static void Read(string document) =>
        KubernetesYaml.LoadAllFromString(document, typeMap: null, strict: true).ShouldHaveSingleItem();
}
