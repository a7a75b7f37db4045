using Microsoft.Playwright;

namespace EndToEnd.Tests;

/// <summary>One reader with a browser of its own, and the things readers do.</summary>
public sealed class Reader(IBrowserContext context) : IAsyncDisposable
{
    public const string Comparison = "/compare/cursor-2-0-vs-smolvlm2-2b";
    private readonly List<string> _errors = [];

    public IBrowserContext Context => context;

    /// <summary>What the browser complained of so far: console errors and uncaught exceptions.</summary>
    public IReadOnlyList<string> Errors => _errors;

    public async Task<IPage> OpenAsync(string path = Comparison)
    {
        var page = await context.NewPageAsync();
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
                _errors.Add($"{path}: {message.Text}");
        };
        page.PageError += (_, error) => _errors.Add($"{path}: {error}");
        await page.GotoAsync(path);
        return page;
    }

    /// <summary>Opens a page and waits until its numbers are live.</summary>
    public async Task<IPage> OpenLiveAsync(string path = Comparison)
    {
        var page = await context.NewPageAsync();
        var live = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        page.WebSocket += (_, socket) =>
            socket.FrameReceived += (_, frame) =>
            {
                // Type 3 is the completion of an invocation: the answer to Watch, the snapshot.
                if (frame.Text?.Contains("\"type\":3", StringComparison.Ordinal) == true)
                    live.TrySetResult();
            };
        page.PageError += (_, error) => _errors.Add($"{path}: {error}");
        await page.GotoAsync(path);
        await live.Task.WaitAsync(TimeSpan.FromSeconds(30));
        return page;
    }

    public ValueTask DisposeAsync() => context.DisposeAsync();
}

/// <summary>Where things are on a page, by what readers see.</summary>
public static class Places
{
    public static ILocator Percent(this IPage page, string tool) => page.Locator($"[data-tool='{tool}'] [data-show='percent']").First;

    public static ILocator Button(this IPage page, string action, string name) =>
        page.GetByRole(AriaRole.Button, new() { Name = $"{action} {name}", Exact = true });

    /// <summary>
    /// Sends the first vote's form as it is sent without the page's script, on a page that has one, since axe itself needs it.
    /// </summary>
    /// <param name="page">A page with votes.</param>
    /// <param name="choice">ship or skip.</param>
    public static Task VoteAsWithoutScriptAsync(this IPage page, string choice) =>
        page.EvaluateAsync(
            "choice => { const form = document.querySelector('form.vote'); form.insertAdjacentHTML('beforeend', `<input type=hidden name=choice value=${choice}>`); HTMLFormElement.prototype.submit.call(form); }",
            choice
        );

    public static ILocator OwnVote(this IPage page, string tool) => page.Locator($"form[data-vote='{tool}'] [data-own-text]");
}
