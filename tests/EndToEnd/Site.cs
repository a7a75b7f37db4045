using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using EndToEnd.Tests;
using Microsoft.Playwright;
using Xunit;

[assembly: AssemblyFixture(typeof(Site))]
// One browser and one site on a small machine: pages that compete for a core would only wait for each other.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace EndToEnd.Tests;

/// <summary>The whole site as one process, started from its build output like a newcomer would, and a real Chromium to read it with.</summary>
public sealed class Site : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("site-").FullName;
    private readonly Queue<string> _output = new();
    private Process? _process;
    private IPlaywright? _playwright;

    public Uri Address { get; } = new($"http://127.0.0.1:{FreePort()}/");
    public HttpClient Http { get; } = new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false });
    public IBrowser Browser { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Http.BaseAddress = Address;
        await StartAsync();
        _playwright = await Playwright.CreateAsync();
        Browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = await Chromium.FindAsync(),
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
    }

    public async Task StartAsync()
    {
        var dll = Path.Combine(AppContext.BaseDirectory, "Standalone.dll");
        _process = Process.Start(new ProcessStartInfo("dotnet", [dll, "--urls", Address.ToString().TrimEnd('/'), "--Data", _folder, "--Quota:Enabled=false", "--RateLimits:Enabled=false"])
        {
            WorkingDirectory = _folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _process.OutputDataReceived += Keep;
        _process.ErrorDataReceived += Keep;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        for (var deadline = DateTime.UtcNow.AddSeconds(60); !await ServesAsync(); await Task.Delay(50))
        {
            if (_process.HasExited || DateTime.UtcNow > deadline)
                throw new InvalidOperationException($"The site did not start:\n{string.Join('\n', _output)}");
        }
    }

    /// <summary>kill -9: no farewell, nothing flushed.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>A reader with a browser of its own: no cookies, nothing remembered. Console errors fail the test that looks at them.</summary>
    public async Task<Reader> NewReaderAsync(BrowserNewContextOptions? options = null)
    {
        options ??= new BrowserNewContextOptions();
        options.BaseURL = Address.ToString();
        return new Reader(await Browser.NewContextAsync(options));
    }

    public async ValueTask DisposeAsync()
    {
        if (Browser is not null)
            await Browser.DisposeAsync();
        _playwright?.Dispose();
        if (_process is { HasExited: false })
            await KillAsync();
        _process?.Dispose();
        Http.Dispose();
        Directory.Delete(_folder, recursive: true);
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
        {
            _output.Enqueue(line.Data ?? "");
            while (_output.Count > 100)
                _output.Dequeue();
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
