[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
[assembly: AssemblyFixture(typeof(Faults.Tests.Site))]

namespace Faults.Tests;

/// <summary>How much of everything: the short form belongs to the ordinary test run, <c>FAULTS=long</c> is for nights.</summary>
public static class Form
{
    public static bool Night { get; } = Environment.GetEnvironmentVariable("FAULTS") == "long";
    public static int Rounds { get; } = Night ? 10 : 2;
    public static int Readers { get; } = Night ? 400 : 100;
    public static int Watchers { get; } = Night ? 200 : 40;
    public static int StartOrders { get; } = Night ? 12 : 1;
    public static int Seed { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("FAULTS_SEED"), out var seed) ? seed : Environment.TickCount;

    /// <summary>Promise "Exact": from a fault's end until everything agrees.</summary>
    public static TimeSpan Settled { get; } = TimeSpan.FromSeconds(10);
}
