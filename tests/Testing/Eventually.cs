using System.Diagnostics;
using System.Runtime.CompilerServices;
using Shouldly;
using Testing.Machine;

namespace Testing;

/// <summary>Waits for what happens soon but not at once, and on a timeout says what did not happen and what was seen instead.</summary>
public static class Eventually
{
    // Far beyond any promise: a busy machine is no failure. A test of a promised time passes its own.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <param name="holds">Asked again and again. What it throws counts as no, except a failed assertion, which fails the test at once.</param>
    /// <param name="what">Completes the sentence "timed out waiting until …".</param>
    /// <exception cref="TimeoutException">It did not become true in time; the last exception is the inner one.</exception>
    public static Task HoldsAsync(
        Func<Task<bool>> holds,
        [CallerArgumentExpression(nameof(holds))] string what = "",
        TimeSpan? within = null
    ) => GetAsync(holds, yes => yes, what, within);

    /// <inheritdoc cref="HoldsAsync(Func{Task{bool}}, string, TimeSpan?)"/>
    public static Task HoldsAsync(Func<bool> holds, [CallerArgumentExpression(nameof(holds))] string what = "", TimeSpan? within = null) =>
        GetAsync(() => Task.FromResult(holds()), yes => yes, what, within);

    /// <returns>The first value that is wanted.</returns>
    /// <inheritdoc cref="HoldsAsync(Func{Task{bool}}, string, TimeSpan?)"/>
    public static async Task<T> GetAsync<T>(
        Func<Task<T>> get,
        Func<T, bool> wanted,
        [CallerArgumentExpression(nameof(wanted))] string what = "",
        TimeSpan? within = null
    )
    {
        var patience = within ?? Patience;
        var clock = Stopwatch.StartNew();
        while (true)
        {
            Exception? error = null;
            object? last = null;
            try
            {
                var got = await get();
                if (wanted(got))
                    return got;
                last = got;
            }
            catch (Exception thrown) when (thrown is not (MissingProgramException or ShouldAssertException))
            {
                error = thrown;
            }

            if (clock.Elapsed > patience)
                throw new TimeoutException(
                    $"After {clock.Elapsed.TotalSeconds:0.0} s still waiting until {what}. {error?.Message ?? $"Last: {last}"}",
                    error
                );
            await Task.Delay(20);
        }
    }
}
