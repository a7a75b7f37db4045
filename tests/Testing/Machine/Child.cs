using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Testing.Machine;

/// <summary>One process started by this one, which dies with it; its output goes to a file.</summary>
public sealed partial class Child : IDisposable
{
    private static readonly Forker Forker = new();
    private static readonly string? Setpriv = Programs.Find("setpriv");
    private readonly Process _process;
    private readonly string _log;

    private Child(Process process, string log)
    {
        _process = process;
        _log = log;
    }

    public int Pid => _process.Id;
    public bool Alive => !_process.HasExited;

    /// <summary>128 + the signal's number when a signal ended it.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>The kernel's letter for what it does: R runs, S sleeps, T is stopped…</summary>
    public char State
    {
        get
        {
            // The second field is the program's name in parentheses, and may hold anything.
            var status = File.ReadAllText($"/proc/{Pid}/stat");
            return status[status.LastIndexOf(')') + 2];
        }
    }

    /// <param name="log">The file that its standard output and error are appended to.</param>
    /// <param name="command">Program and arguments.</param>
    /// <param name="environment">Added to this process's own; null takes a variable away.</param>
    /// <param name="runAs">The account to run as, or null for this process's own.</param>
    /// <param name="folder">Where it works, or null for where this process does.</param>
    public static Child Start(
        string log,
        IEnumerable<string> command,
        IReadOnlyDictionary<string, string?> environment,
        string? runAs = null,
        string? folder = null
    )
    {
        // The shell only redirects and is then replaced, so that the process id is the program's own and no pump of ours can stall it.
        var start = new ProcessStartInfo("/bin/sh") { ArgumentList = { "-c", "exec \"$@\" >>\"$CHILD_LOG\" 2>&1 </dev/null", "sh" } };
        if (runAs is not null)
            Add(Programs.Required("setpriv", "util-linux"), $"--reuid={runAs}", $"--regid={runAs}", "--init-groups", "--");
        // Changing the account forgets the death signal, hence after it.
        if (Setpriv is not null)
            Add(Setpriv, "--pdeathsig", "KILL", "--");
        Add([.. command]);
        start.WorkingDirectory = folder ?? "";
        start.Environment["CHILD_LOG"] = log;
        foreach (var (name, value) in environment)
            if (value is null)
                start.Environment.Remove(name);
            else
                start.Environment[name] = value;
        return new Child(Forker.Start(start), log);

        void Add(params string[] arguments)
        {
            foreach (var argument in arguments)
                start.ArgumentList.Add(argument);
        }
    }

    /// <summary>Sends the signal; a process that is gone already gets none.</summary>
    public void Send(UnixSignal signal)
    {
        const int NoSuchProcess = 3;
        if (Alive && kill(Pid, (int)signal) != 0 && Marshal.GetLastPInvokeError() is var error and not NoSuchProcess)
            throw new Win32Exception(error);
    }

    public async Task Exited(TimeSpan patience)
    {
        using var deadline = new CancellationTokenSource(patience);
        await _process.WaitForExitAsync(deadline.Token);
    }

    /// <summary>Resident memory in MiB.</summary>
    public long Memory
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64 / 1024 / 1024;
        }
    }

    /// <summary>The last lines it wrote, long ones cut.</summary>
    public string Tail(int lines) =>
        File.Exists(_log) ? string.Join('\n', File.ReadLines(_log).TakeLast(lines).Select(line => line[..Math.Min(line.Length, 240)])) : "";

    public void Dispose()
    {
        Send(UnixSignal.Kill);
        _process.WaitForExit();
        _process.Dispose();
    }

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int kill(int pid, int signal);
}
