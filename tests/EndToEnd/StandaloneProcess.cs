using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace EndToEnd.Tests;

/// <summary>The whole site as one process, started from its build output like a newcomer would.</summary>
public sealed class StandaloneProcess(params string[] settings) : IAsyncDisposable
{
    private readonly StringWriter _output = new();
    private Process? _process;

    /// <summary>How many files it may open; null leaves that to the machine.</summary>
    public int? Files { get; init; }

    /// <summary>Its data.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("site-").FullName;

    public Uri Address { get; } = new($"http://127.0.0.1:{FreePort()}/");

    /// <summary>Without cookies of its own, and following no redirect.</summary>
    public HttpClient Http { get; } = new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false });

    /// <summary>Resident memory in MiB.</summary>
    public long Memory
    {
        get
        {
            _process!.Refresh();
            return _process.WorkingSet64 / 1024 / 1024;
        }
    }

    /// <summary>Everything it wrote so far.</summary>
    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    public async Task StartAsync()
    {
        Http.BaseAddress ??= Address;
        var dll = Path.Combine(AppContext.BaseDirectory, "Standalone.dll");
        string[] limited = Files is { } files ? ["prlimit", $"--nofile={files}", "dotnet"] : ["dotnet"];
        _process = Process.Start(
            new ProcessStartInfo(
                limited[0],
                [.. limited[1..], dll, "--urls", Address.ToString().TrimEnd('/'), "--Data", Folder, .. settings]
            )
            {
                WorkingDirectory = Folder,
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        _process.OutputDataReceived += Keep;
        _process.ErrorDataReceived += Keep;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        for (var deadline = DateTime.UtcNow.AddSeconds(60); !await ServesAsync(); await Task.Delay(50))
        {
            if (_process.HasExited || DateTime.UtcNow > deadline)
                throw new InvalidOperationException($"The site did not start:\n{Output}");
        }
    }

    /// <summary>What <c>editor-token NAME</c> prints for this site.</summary>
    public async Task<string> EditorTokenAsync(string name)
    {
        using var printing = Process.Start(
            new ProcessStartInfo(
                "dotnet",
                [Path.Combine(AppContext.BaseDirectory, "Standalone.dll"), "editor-token", name, $"--Data={Folder}"]
            )
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
            }
        )!;
        var token = await printing.StandardOutput.ReadToEndAsync();
        await printing.WaitForExitAsync();
        return token.Trim();
    }

    /// <summary>kill -9: no farewell, nothing flushed.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
            await KillAsync();
        _process?.Dispose();
        Http.Dispose();
        await _output.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    // Ready to read and to vote: the page renders and Voting knows the tools.
    private async Task<bool> ServesAsync()
    {
        try
        {
            using var page = await Http.GetAsync("/compare/cursor-2-0-vs-smolvlm2-2b");
            using var tally = await Http.GetAsync("/api/tallies/cursor-2-0");
            return page.StatusCode == HttpStatusCode.OK && tally.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        lock (_output)
            _output.WriteLine(line.Data);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
