using System.Net;
using Testing;
using Testing.Machine;

namespace EndToEnd.Tests;

/// <summary>The whole site as one process, started from its build output like a newcomer would.</summary>
public sealed class StandaloneProcess(params string[] settings) : IAsyncDisposable
{
    private static readonly string Dll = Path.Combine(AppContext.BaseDirectory, "Standalone.dll");
    private readonly string _log = Path.GetTempFileName();
    private Child? _child;

    /// <summary>How many files it may open; null leaves that to the machine.</summary>
    public int? Files { get; init; }

    /// <summary>Its data.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("site-").FullName;

    public Uri Address { get; } = new($"http://127.0.0.1:{Ports.Free()}/");

    /// <summary>Without cookies of its own, and following no redirect.</summary>
    public HttpClient Http { get; } = new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false });

    /// <summary>Resident memory in MiB.</summary>
    public long Memory => _child!.Memory;

    /// <summary>Everything it wrote so far.</summary>
    public string Output => File.ReadAllText(_log);

    public async Task StartAsync()
    {
        Http.BaseAddress ??= Address;
        string[] limited = Files is { } files ? ["prlimit", $"--nofile={files}", "dotnet"] : ["dotnet"];
        _child = Child.Start(
            _log,
            [.. limited, Dll, "--urls", Address.ToString().TrimEnd('/'), "--Data", Folder, .. settings],
            new Dictionary<string, string?>(),
            folder: Folder
        );
        await Eventually.HoldsAsync(async () => !_child.Alive || await ServesAsync(), "the site serves");
        if (!_child.Alive)
            throw new InvalidOperationException($"The site did not start:\n{Output}");
    }

    /// <summary>What <c>editor-token NAME</c> prints for this site.</summary>
    public Task<string> EditorTokenAsync(string name)
    {
        var (code, output) = Programs.Run("dotnet", Dll, "editor-token", name, $"--Data={Folder}");
        return code == 0 ? Task.FromResult(output.Trim()) : throw new InvalidOperationException(output);
    }

    /// <summary>kill -9: no farewell, nothing flushed.</summary>
    public async Task KillAsync()
    {
        _child!.Send(UnixSignal.Kill);
        await _child.Exited(TimeSpan.FromSeconds(60));
    }

    public ValueTask DisposeAsync()
    {
        _child?.Dispose();
        Http.Dispose();
        Directory.Delete(Folder, recursive: true);
        File.Delete(_log);
        return ValueTask.CompletedTask;
    }

    // Ready to read and to vote: the page renders and Voting knows the tools.
    private async Task<bool> ServesAsync()
    {
        using var page = await Http.GetAsync("/compare/cursor-2-0-vs-smolvlm2-2b");
        using var tally = await Http.GetAsync("/api/tallies/cursor-2-0");
        return page.StatusCode == HttpStatusCode.OK && tally.StatusCode == HttpStatusCode.OK;
    }
}
