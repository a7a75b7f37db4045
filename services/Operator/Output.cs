using System.CommandLine;
using System.Data.Common;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Hosting.Configuration;
using RabbitMQ.Client.Exceptions;
using Spectre.Console;
using StackExchange.Redis;

namespace Operator;

/// <summary>What a command found: lines for a person or one JSON document for a script, and the exit code for both.</summary>
/// <param name="Well">False when something is wrong; <paramref name="Wrongs"/> then say what.</param>
/// <param name="Facts">The command's own findings.</param>
/// <param name="Wrongs">In words, most important first.</param>
/// <param name="Judges">False for a command that only shows or does something: it can't say that all is well.</param>
internal sealed record Findings(bool Well, object Facts, IReadOnlyList<string> Wrongs, bool Judges = true);

/// <summary>
/// How every command ends, and how it shows that it is at work. Progress goes to standard error, findings to standard output.
/// </summary>
internal static class Output
{
    private static readonly JsonSerializerOptions Shape = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    private static readonly IAnsiConsole Aside = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });

    public static Option<bool> Json { get; } = new("--json") { Description = "Answer with one JSON document.", Recursive = true };

    /// <summary>
    /// Runs what a command does, prints what it found, and turns failures that an operator can do something about into one line.
    /// </summary>
    /// <param name="table">The findings for a person; called only when no JSON was asked for.</param>
    public static void Does(this Command command, Func<ParseResult, CancellationToken, Task<Findings>> find, Action<Findings> table) =>
        command.SetAction(
            async (parsed, stop) =>
            {
                try
                {
                    var findings = await find(parsed, stop);
                    if (parsed.GetValue(Json))
                        Console.WriteLine(
                            JsonSerializer.Serialize(
                                new
                                {
                                    findings.Well,
                                    findings.Facts,
                                    findings.Wrongs,
                                },
                                Shape
                            )
                        );
                    else
                        Show(findings, table);
                    return findings.Well ? 0 : 1;
                }
                catch (OperationCanceledException) when (stop.IsCancellationRequested)
                {
                    return await FailAsync(parsed, "Stopped.");
                }
                catch (Exception error) when (IsOutside(error))
                {
                    return await FailAsync(parsed, Reason(parsed, error));
                }
                catch (Exception defect)
                {
                    await Console.Error.WriteLineAsync(defect.ToString());
                    return await FailAsync(parsed, $"A defect of this tool: {defect.GetType().Name}. {defect.Message}");
                }
            }
        );

    /// <summary>It could not be found out: one line on standard error, with --json a document on standard output as well.</summary>
    /// <returns>Exit code 2.</returns>
    public static async Task<int> FailAsync(ParseResult parsed, string failure)
    {
        await Console.Error.WriteLineAsync(failure);
        // A mistyped command line may hold --json where it is not understood.
        if (parsed.Tokens.Any(token => token.Value == Json.Name))
            Console.WriteLine(JsonSerializer.Serialize(new { well = false, failure }, Shape));
        return 2;
    }

    // A driver's message seldom says whom it asked, and often only its cause says why.
    private static string Reason(ParseResult parsed, Exception error)
    {
        var cause = error.GetBaseException().Message;
        var message = error.Message.Contains(cause, StringComparison.Ordinal) ? error.Message : $"{error.Message} {cause}";
        return error is SettingException or UnusableException or HttpRequestException || Site.Places(parsed) is not { Count: > 0 } places
            ? message
            : $"{message} (asked: {string.Join(", ", places)})";
    }

    /// <summary>Shows a long work's progress: a bar in a terminal, nothing where nobody looks.</summary>
    public static Task<T> ProgressAsync<T>(string what, Func<IProgress<double>, Task<T>> work) =>
        Console.IsErrorRedirected
            ? work(new Progress<double>())
            : Aside
                .Progress()
                .AutoClear(true)
                .StartAsync(context =>
                {
                    var bar = context.AddTask(what);
                    return work(new Steps(share => bar.Value = share * bar.MaxValue));
                });

    public static void Table(string[] columns, IEnumerable<string[]> rows)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in columns)
            table.AddColumn(column);
        foreach (var row in rows)
            table.AddRow(Array.ConvertAll(row, Markup.Escape));
        AnsiConsole.Write(table);
    }

    private static void Show(Findings findings, Action<Findings> table)
    {
        table(findings);
        foreach (var wrong in findings.Wrongs.Take(20))
            AnsiConsole.MarkupLine($"[red]✗[/] {Markup.Escape(wrong)}");
        if (findings.Wrongs.Count > 20)
            AnsiConsole.MarkupLine($"[red]✗[/] … and {findings.Wrongs.Count - 20} more; --json lists all");
        if (findings is { Well: true, Judges: true })
            AnsiConsole.MarkupLine("[green]✓[/] all is well");
    }

    internal static bool IsOutside(Exception error) =>
        error
            is SettingException
                or HttpRequestException
                or OperationCanceledException
                or TimeoutException
                or IOException
                or UnauthorizedAccessException
                or DbException
                or RedisException
                or BrokerUnreachableException
                or OperationInterruptedException
                or AlreadyClosedException
                or JsonException
                or UnusableException;

    // Spectre.Console draws on a thread of its own; Progress<T> would hand each step to yet another.
    private sealed class Steps(Action<double> report) : IProgress<double>
    {
        public void Report(double value) => report(value);
    }
}

/// <summary>The command can't be carried out as asked; the message says why.</summary>
internal sealed class UnusableException(string reason, Exception? cause = null) : Exception(reason, cause);
