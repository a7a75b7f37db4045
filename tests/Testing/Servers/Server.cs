using Testing.Machine;

namespace Testing.Servers;

/// <summary>A process with an address of its own that can be killed, frozen and started again at the same address.</summary>
public abstract class Server(string name, string directory) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private Child? _child;

    public string Name { get; } = name;
    public int Port { get; } = Ports.Free();
    public bool Alive => _child is { Alive: true };
    public bool Frozen => Alive && _child!.State == 'T';
    public int Pid => _child!.Pid;
    public int ExitCode => _child!.ExitCode;
    protected string Directory { get; } = System.IO.Directory.CreateDirectory(Path.Combine(directory, name)).FullName;
    protected string Log => Path.Combine(Directory, "output.log");

    /// <summary>Starts the process without waiting until it can do its job.</summary>
    public void Launch() => _child = Start();

    /// <summary>
    /// Waits until it can do its job; a start that failed is tried again, since after a crash what is left of the old process may still be
    /// in the way.
    /// </summary>
    public Task Ready() =>
        Eventually.HoldsAsync(
            async () =>
            {
                if (!Alive)
                {
                    Launch();
                    return false;
                }

                return await Answers();
            },
            $"{Name} is ready",
            Patience
        );

    public async Task StartAndWait()
    {
        Launch();
        await Ready();
    }

    /// <summary>Sends the signal and, when it is a deadly one, waits for the end.</summary>
    public async Task Send(UnixSignal signal)
    {
        _child!.Send(signal);
        if (signal is UnixSignal.Kill or UnixSignal.Terminate or UnixSignal.Interrupt or UnixSignal.Quit)
            await _child.Exited(Patience);
    }

    /// <summary>Whether its log holds the words.</summary>
    public bool Said(string words) => File.Exists(Log) && File.ReadAllText(Log).Contains(words, StringComparison.Ordinal);

    public string Tail() =>
        $"--- {Name} ({(Alive ? "alive" : _child is null ? "never started" : $"ended with {ExitCode}")}) ---\n{_child?.Tail(12)}";

    public virtual void Dispose()
    {
        _child?.Dispose();
        GC.SuppressFinalize(this);
    }

    protected abstract Child Start();

    protected abstract Task<bool> Answers();
}
