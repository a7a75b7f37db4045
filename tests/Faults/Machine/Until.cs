using System.Diagnostics;

namespace Faults.Tests.Machine;

/// <summary>Waiting for what shall come about, with a deadline and with the reason why it has not.</summary>
public static class Until
{
    /// <param name="what">Completes the sentence "timed out waiting until …".</param>
    /// <param name="holds">Asked again and again; what it throws counts as no.</param>
    public static async Task Holds(string what, TimeSpan patience, Func<Task<bool>> holds)
    {
        var clock = Stopwatch.StartNew();
        Exception? last = null;
        while (true)
        {
            try
            {
                if (await holds())
                    return;
                last = null;
            }
            catch (Exception error) when (error is not MissingProgramException)
            {
                last = error;
            }

            if (clock.Elapsed > patience)
                throw new TimeoutException($"After {clock.Elapsed.TotalSeconds:0.0} s still waiting until {what}. {last?.Message}", last);
            await Task.Delay(50);
        }
    }

    public static Task Holds(string what, TimeSpan patience, Func<bool> holds) => Holds(what, patience, () => Task.FromResult(holds()));
}
