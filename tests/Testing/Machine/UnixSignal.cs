namespace Testing.Machine;

/// <summary>POSIX signals by their Linux numbers.</summary>
public enum UnixSignal
{
    Interrupt = 2,
    Quit = 3,
    Kill = 9,
    Terminate = 15,
    Continue = 18,
    Stop = 19,
}
