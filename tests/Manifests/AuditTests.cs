using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Shouldly;
using Testing.Machine;
using Xunit;

namespace Manifests.Tests;

/// <summary>
/// What a restore does about packages with known holes, by the repository's own build settings and a list of holes made for the purpose.
/// </summary>
public sealed class AuditTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("audit-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("""{"shouldly":[{"url":"https://holes.example/1","severity":0,"versions":"(, 99.0.0)"}]}""", 1, "NU1901")]
    [InlineData("""{"shouldly":[{"url":"https://holes.example/1","severity":3,"versions":"(, 99.0.0)"}]}""", 1, "NU1904")]
    [InlineData("""{"diffengine":[{"url":"https://holes.example/2","severity":1,"versions":"(, 99.0.0)"}]}""", 1, "NU1902")]
    [InlineData("""{"shouldly":[{"url":"https://holes.example/1","severity":3,"versions":"(, 0.1.0)"}]}""", 0, null)]
    [InlineData(null, 0, "NU1900")]
    public async Task A_known_hole_in_any_package_fails_the_restore_and_a_list_that_cannot_be_had_does_not(
        string? holes,
        int code,
        string? said
    )
    {
        using var list = new HoleList(holes);
        await File.WriteAllTextAsync(
            Path.Combine(_folder.FullName, "nuget.config"),
            $"""
            <configuration><auditSources><clear /><add key="holes" value="{list.Address}index.json" allowInsecureConnections="true" /></auditSources></configuration>
            """
        );
        await File.WriteAllTextAsync(
            Path.Combine(_folder.FullName, "audited.csproj"),
            """
            <Project Sdk="Microsoft.NET.Sdk"><ItemGroup><PackageReference Include="Shouldly" /></ItemGroup></Project>
            """
        );
        using var restore = Process.Start(
            new ProcessStartInfo(
                "dotnet",
                [
                    "restore",
                    "--force",
                    "--no-http-cache",
                    $"-p:DirectoryBuildPropsPath={Repository.Path("Directory.Build.props")}",
                    $"-p:DirectoryPackagesPropsPath={Repository.Path("Directory.Packages.props")}",
                ]
            )
            {
                WorkingDirectory = _folder.FullName,
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        var output = await restore.StandardOutput.ReadToEndAsync();
        await restore.WaitForExitAsync();
        restore.ExitCode.ShouldBe(code, output);
        if (said is not null)
            output.ShouldContain(said);
    }

    /// <summary>A package source that offers nothing but a list of holes; none answers when there is no list.</summary>
    private sealed class HoleList : IDisposable
    {
        private readonly HttpListener _listener = new();

        public HoleList(string? holes)
        {
            Address = $"http://127.0.0.1:{Ports.Free()}/";
            if (holes is null)
                return;
            _listener.Prefixes.Add(Address);
            _listener.Start();
            _ = ServeAsync(
                new()
                {
                    ["/index.json"] =
                        $$"""{"version":"3.0.0","resources":[{"@id":"{{Address}}list.json","@type":"VulnerabilityInfo/6.7.0"}]}""",
                    ["/list.json"] = $$"""[{"@name":"base","@id":"{{Address}}base.json","@updated":"2026-11-24T00:00:00Z","comment":""}]""",
                    ["/base.json"] = holes,
                }
            );
        }

        public string Address { get; }

        public void Dispose() => ((IDisposable)_listener).Dispose();

        private async Task ServeAsync(Dictionary<string, string> files)
        {
            try
            {
                while (true)
                {
                    var context = await _listener.GetContextAsync();
                    var found = files.TryGetValue(context.Request.Url!.AbsolutePath, out var file);
                    context.Response.StatusCode = found ? 200 : 404;
                    context.Response.ContentType = "application/json";
                    context.Response.Close(Encoding.UTF8.GetBytes(file ?? ""), willBlock: false);
                }
            }
            catch (Exception ended) when (ended is HttpListenerException or ObjectDisposedException)
            {
                // The test is over.
            }
        }
    }
}
