using System.CommandLine;
using System.Text.Json;
using Hosting.Configuration;

namespace Operator.DeadLetters;

/// <summary><c>dead-letters list | show | redrive | discard</c>.</summary>
internal static class DeadLetterCommands
{
    private static readonly string[] Suffixes = ["_error", "_dead"];

    private sealed record Waiting(string Queue, uint Messages);

    private sealed record Moved(string Queue, string? To, int Messages);

    public static Command Make()
    {
        var queue = new Argument<string>("queue") { Description = string.Join(", ", DeadLetterQueues.Names) };
        queue.AcceptOnlyFromAmong([.. DeadLetterQueues.Names]);
        var most = new Option<int>("--limit") { Description = "At most so many messages.", DefaultValueFactory = _ => 1000 };
        return new Command(
            "dead-letters",
            "Messages that could not be consumed. None is a lost vote: each is a state, and its sender says it again."
        )
        {
            List(),
            Show(queue, most),
            Redrive(queue, most),
            Discard(queue, most),
        };
    }

    private static Command List()
    {
        var command = new Command("list", "How many lie in each queue. Exit code 1 when there are any.") { Site.Bus };
        command.Does(
            async (parsed, stop) =>
            {
                await using var queues = await DeadLetterQueues.ConnectAsync(parsed.RequiredBroker(), stop);
                var waiting = new List<Waiting>();
                foreach (var name in DeadLetterQueues.Names)
                    waiting.Add(new Waiting(name, await queues.CountAsync(name, stop) ?? 0));
                var wrongs = waiting
                    .Where(some => some.Messages > 0)
                    .Select(some => $"{some.Messages} dead letters in {some.Queue}")
                    .ToList();
                return new Findings(wrongs.Count == 0, waiting, wrongs);
            },
            findings =>
                Output.Table(
                    ["queue", "dead letters"],
                    ((List<Waiting>)findings.Facts).Select(some => new[] { some.Queue, $"{some.Messages:N0}" })
                )
        );
        return command;
    }

    private static Command Show(Argument<string> queue, Option<int> most)
    {
        var command = new Command("show", "Read messages and why they are there; they stay in the queue.") { queue, most, Site.Bus };
        command.Does(
            async (parsed, stop) =>
            {
                var name = parsed.GetRequiredValue(queue);
                await using var queues = await DeadLetterQueues.ConnectAsync(parsed.RequiredBroker(), stop);
                var letters = new List<DeadLetter>();
                await queues.MoveAsync(
                    name,
                    parsed.GetValue(most),
                    letter =>
                    {
                        letters.Add(letter);
                        return name;
                    },
                    stop
                );
                return new Findings(true, letters, [], Judges: false);
            },
            findings =>
            {
                foreach (var letter in (List<DeadLetter>)findings.Facts)
                    Console.WriteLine(
                        $"{letter.At:u} {letter.MessageId} {letter.Consumer}\n  {letter.Reason}\n  {letter.Body.ReplaceLineEndings(" ")}\n"
                    );
                Console.WriteLine($"{((List<DeadLetter>)findings.Facts).Count} dead letters");
            }
        );
        return command;
    }

    private static Command Redrive(Argument<string> queue, Option<int> most)
    {
        var command = new Command("redrive", "Put messages back into the queue they came from, once what made them fail is mended.")
        {
            queue,
            most,
            Site.Bus,
        };
        command.Does(
            async (parsed, stop) =>
            {
                var name = parsed.GetRequiredValue(queue);
                var origin = name[..^Suffixes.Single(suffix => name.EndsWith(suffix, StringComparison.Ordinal)).Length];
                await using var queues = await DeadLetterQueues.ConnectAsync(parsed.RequiredBroker(), stop);
                return new Findings(
                    true,
                    new Moved(name, origin, await queues.MoveAsync(name, parsed.GetValue(most), _ => origin, stop)),
                    [],
                    Judges: false
                );
            },
            Say
        );
        return command;
    }

    private static Command Discard(Argument<string> queue, Option<int> most)
    {
        var keep = new Option<FileInfo>("--keep") { Description = "Write them here first, one JSON document a line, for the developers." };
        var yes = new Option<bool>("--yes") { Description = "Do it." };
        var command = new Command("discard", "Remove messages from the broker permanently.") { queue, most, keep, yes, Site.Bus };
        command.Does(
            async (parsed, stop) =>
            {
                var name = parsed.GetRequiredValue(queue);
                await using var queues = await DeadLetterQueues.ConnectAsync(parsed.RequiredBroker(), stop);
                if (!parsed.GetValue(yes))
                    throw new UnusableException(
                        $"This would discard {Math.Min(await queues.CountAsync(name, stop) ?? 0, parsed.GetValue(most))} messages "
                            + $"of {name}; say --yes to do it."
                    );
                await using var kept = parsed.GetValue(keep) is { } file
                    ? new StreamWriter(Lasting(file).Open(PrivateFiles.ToWrite(FileMode.Append))) { AutoFlush = true }
                    : StreamWriter.Null;
                return new Findings(
                    true,
                    new Moved(
                        name,
                        null,
                        await queues.MoveAsync(
                            name,
                            parsed.GetValue(most),
                            letter =>
                            {
                                kept.WriteLine(JsonSerializer.Serialize(letter, JsonSerializerOptions.Web));
                                return null;
                            },
                            stop
                        )
                    ),
                    [],
                    Judges: false
                );
            },
            Say
        );
        return command;
    }

    // A container's writable folders are often in memory and end with it: the last place for what is deleted everywhere else.
    private static FileInfo Lasting(FileInfo file) =>
        new DriveInfo(file.Directory!.FullName).DriveFormat is "tmpfs" or "ramfs" or "overlay" or "overlayfs"
            ? throw new UnusableException(
                $"{file.Directory.FullName} ends with this container or machine; name a file in a folder that stays, such as a "
                    + "mounted volume."
            )
            : file;

    private static void Say(Findings findings)
    {
        var moved = (Moved)findings.Facts;
        Console.WriteLine(
            moved.To is null
                ? $"{moved.Messages} messages of {moved.Queue} discarded"
                : $"{moved.Messages} messages moved from {moved.Queue} to {moved.To}"
        );
    }
}
