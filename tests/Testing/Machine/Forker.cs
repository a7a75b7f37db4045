using System.Collections.Concurrent;
using System.Diagnostics;

namespace Testing.Machine;

/// <summary>
/// Starts processes from one thread that lives as long as this process: Linux sends a child its death signal when the
/// <em>thread</em> that forked it ends, and threads of the pool end whenever they were idle for a while.
/// </summary>
internal sealed class Forker
{
    private readonly BlockingCollection<(ProcessStartInfo Start, TaskCompletionSource<Process> Started)> _work = [];

    public Forker() => new Thread(Loop) { IsBackground = true, Name = "Forker" }.Start();

    public Process Start(ProcessStartInfo start)
    {
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add((start, started));
        return started.Task.GetAwaiter().GetResult();
    }

    private void Loop()
    {
        foreach (var (start, started) in _work.GetConsumingEnumerable())
        {
            try
            {
                started.SetResult(Process.Start(start)!);
            }
            catch (Exception error)
            {
                started.SetException(error);
            }
        }
    }
}
