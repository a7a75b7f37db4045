using System.CommandLine;
using Contracts.Log;
using Operator.Witnessing;

namespace Operator.PublicLog;

/// <summary><c>log key | witness</c>: who signs a log. Of a key only its public half is ever shown.</summary>
internal static class LogCommands
{
    private sealed record Facts(string File, bool IsNew, string Key);

    public static Command Make() => new("log", "The public log that anyone can recount.") { MakeKey(), WitnessCommand.Make() };

    private static Command MakeKey()
    {
        var file = new Argument<string>("file")
        {
            Description = "Where the secret is or will be, such as the file Log__SigningKeys__0 in the folder of Voting's secrets.",
        };
        var origin = NameOption("--origin", "The log's name, such as verdicts.example/log, or a witness's.");
        var ofWitness = new Option<bool>("--witness") { Description = "Print the key of a witness instead of a log's." };
        var command = new Command("key", "Make the key that signs checkpoints, unless the file is there, and print its public half for --key.")
        {
            file,
            origin,
            ofWitness,
        };
        command.Does(
            (parsed, _) =>
            {
                var path = parsed.GetRequiredValue(file);
                var isNew = !File.Exists(path);
                if (isNew)
                    SeedFile.Make(path);
                using var key = SeedFile.Read(path);
                var type = parsed.GetValue(ofWitness) ? VerifierKey.Cosignature : VerifierKey.Ed25519;
                var vkey = new VerifierKey(parsed.GetRequiredValue(origin), type, key.Public());
                return Task.FromResult(new Findings(true, new Facts(path, isNew, vkey.ToString()), [], Judges: false));
            },
            findings => Console.WriteLine(((Facts)findings.Facts).Key)
        );
        return command;
    }

    /// <summary>A required option with the name of somebody who signs.</summary>
    public static Option<string> NameOption(string option, string description)
    {
        var name = new Option<string>(option) { Description = description, Required = true };
        name.Validators.Add(given =>
        {
            if (!SignedNote.IsName(given.GetValueOrDefault<string>() ?? ""))
                given.AddError($"{option} takes a name without spaces and plus signs.");
        });
        return name;
    }
}
