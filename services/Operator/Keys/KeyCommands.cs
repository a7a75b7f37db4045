using System.CommandLine;
using Contracts;

namespace Operator.Keys;

/// <summary>
/// <c>keys list | announce | rotate | remove</c>: the keys that sign voters, in a folder of secrets. Keys themselves are never shown.
/// </summary>
internal static class KeyCommands
{
    public static Command Make()
    {
        var folder = new Argument<DirectoryInfo>("folder")
        {
            Description = "The folder of Voting's secrets, with files Voters__SigningKeys__0, __1, …",
        }.AcceptExistingOnly();
        var id = new Argument<string>("id") { Description = "The key's id as list shows it." };
        return new Command(
            "keys",
            "Rotate the keys that sign voters. Services read them at their start: hand the folder to Voting and restart it after each step."
        )
        {
            Step("list", "Every key's place and id; the first signs, all verify.", folder, null, (_, _) => { }),
            Step(
                "announce",
                "Add a new key that verifies but does not sign yet. First step of a rotation, so that no replica meets a token it "
                    + "can't verify.",
                folder,
                null,
                (keys, _) => keys.Announce()
            ),
            Step(
                "rotate",
                "Let the announced key sign. Second step; voters signed by older keys stay voters and are renewed when they come by.",
                folder,
                null,
                (keys, _) => keys.Promote()
            ),
            Step(
                "remove",
                $"Remove a key: voters who still hold its tokens become new ones. After tokens' {VoterToken.LifetimeDays} days, or "
                    + "at once when it leaked.",
                folder,
                id,
                (keys, key) => keys.Remove(key!)
            ),
        };
    }

    private static Command Step(
        string name,
        string description,
        Argument<DirectoryInfo> folder,
        Argument<string>? id,
        Action<KeyFolder, string?> step
    )
    {
        var command = new Command(name, description) { folder };
        if (id is not null)
            command.Arguments.Add(id);
        command.Does(
            (parsed, _) =>
            {
                var keys = new KeyFolder(parsed.GetRequiredValue(folder).FullName);
                step(keys, id is null ? null : parsed.GetRequiredValue(id));
                return Task.FromResult(new Findings(true, keys.List(), [], Judges: false));
            },
            findings =>
                Output.Table(
                    ["place", "id", ""],
                    ((IReadOnlyList<KeyFolder.Key>)findings.Facts).Select(key =>
                        new[] { $"{key.Place}", key.Id, key.Signs ? "signs" : "verifies" }
                    )
                )
        );
        return command;
    }
}
