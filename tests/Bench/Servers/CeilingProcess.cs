using System.Net.Http.Json;
using Faults.Tests.Machine;
using Faults.Tests.Servers;

namespace Bench.Servers;

/// <summary>The ceiling in a process of its own.</summary>
internal sealed class CeilingProcess(string directory) : Server("ceiling", directory)
{
    private static readonly HttpClient Http = new();

    public async Task ServeAsync(int bytes) => (await Http.PutAsync($"http://127.0.0.1:{Port}/page/{bytes}", null)).EnsureSuccessStatusCode();

    protected override Child Start() => Child.Start(Log, ["dotnet", typeof(CeilingProcess).Assembly.Location, "ceiling", $"http://127.0.0.1:{Port}"], new Dictionary<string, string?>());

    protected override async Task<bool> Answers()
    {
        using var answer = await Http.PutAsJsonAsync($"http://127.0.0.1:{Port}/api/votes/x", new { choice = "ship" });
        return answer.IsSuccessStatusCode;
    }
}
