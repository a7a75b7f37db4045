using Testing.Machine;

namespace Testing.Servers;

/// <summary>One replica of a service of this repository, run from its build output.</summary>
/// <param name="service">The service's name: <c>Voting</c> runs <c>Voting.dll</c>.</param>
/// <param name="name">This replica's name.</param>
/// <param name="settings">Environment variables.</param>
public sealed class ServiceProcess(string directory, string service, string name, IReadOnlyDictionary<string, string?> settings)
    : Server(name, directory)
{
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(5) };

    public Uri Address => new($"http://127.0.0.1:{Port}/");

    /// <summary>It answers; it need not be able to do its job.</summary>
    public Task<bool> IsLive() => Succeeds("health/live");

    public Task<bool> IsReady() => Succeeds("health/ready");

    protected override Child Start() => Child.Start(Log, ["dotnet", Built.Path(service), "--urls", $"http://127.0.0.1:{Port}"], settings);

    protected override Task<bool> Answers() => IsReady();

    private async Task<bool> Succeeds(string path)
    {
        using var answer = await Http.GetAsync(new Uri(Address, path));
        return answer.IsSuccessStatusCode;
    }
}
