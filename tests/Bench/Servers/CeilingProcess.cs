using System.Net.Http.Json;
using Testing.Machine;
using Testing.Servers;

namespace Bench.Servers;

/// <summary>The ceiling in a process of its own.</summary>
internal sealed class CeilingProcess : Server
{
    private static readonly HttpClient Http = new();
    private readonly string _folder;

    private CeilingProcess(string folder)
        : base("ceiling", folder) => _folder = folder;

    public static async Task<CeilingProcess> StartAsync()
    {
        var ceiling = new CeilingProcess(System.IO.Directory.CreateTempSubdirectory("bench-ceiling-").FullName);
        await ceiling.StartAndWait();
        return ceiling;
    }

    public async Task ServeAsync(int bytes) =>
        (await Http.PutAsync($"http://127.0.0.1:{Port}/page/{bytes}", null)).EnsureSuccessStatusCode();

    public override void Dispose()
    {
        base.Dispose();
        System.IO.Directory.Delete(_folder, recursive: true);
    }

    protected override Child Start() =>
        Child.Start(
            Log,
            ["dotnet", typeof(CeilingProcess).Assembly.Location, "ceiling", $"http://127.0.0.1:{Port}"],
            new Dictionary<string, string?>()
        );

    protected override async Task<bool> Answers()
    {
        using var answer = await Http.PutAsJsonAsync($"http://127.0.0.1:{Port}/api/votes/x", new { choice = "ship" });
        return answer.IsSuccessStatusCode;
    }
}
