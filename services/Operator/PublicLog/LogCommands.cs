using System.CommandLine;
using Contracts.Log;
using Operator.Witnessing;

namespace Operator.PublicLog;

/// <summary><c>log key | witness | rebuild</c>: who signs a log, and its tables. Of a key only its public half is ever shown.</summary>
internal static class LogCommands
{
    private sealed record Facts(string File, bool IsNew, string Key);

    public static Command Make() => new("log", "The public log that anyone can recount.") { MakeKey(), WitnessCommand.Make(), Rebuild() };

    private static Command Rebuild()
    {
        var yes = new Option<bool>("--yes") { Description = "Do it. Without it only what would be done is said." };
        var command = new Command(
            "rebuild",
            "Have Voting rebuild the log's tables from the ledger's entries, when they are damaged or lost. Needs the login that "
                + "owns them. Voting may run; it signs the rebuilt log only "
                + "if it extends the last checkpoint."
        )
        {
            Site.Ledger,
            yes,
        };
        command.Does(
            async (parsed, stop) =>
            {
                await using var database = parsed.RequiredDatabase(Site.Ledger);
                var tables = new LogTables(database);
                if (!parsed.GetValue(yes))
                    throw new UnusableException(
                        $"This would empty the tables of a log of {(await tables.ReadAsync(stop)).Size:N0} entries; say --yes to do it."
                    );
                return new Findings(true, await tables.EmptyAsync(stop), [], Judges: false);
            },
            findings =>
            {
                var before = (LogExtent)findings.Facts;
                Console.WriteLine(
                    $"Emptied a log of {before.Size:N0} entries. Voting rebuilds it; recount --log says whether it extends the "
                        + $"{before.SignedSize:N0} that were signed."
                );
            }
        );
        return command;
    }

    private static Command MakeKey()
    {
        var file = new Argument<string>("file")
        {
            Description = "Where the secret is or will be, such as the file Log__SigningKeys__0 in the folder of the signer's secrets.",
        };
        var origin = NameOption("--origin", "The log's name, such as verdicts.example/log, or a witness's.");
        var ofWitness = new Option<bool>("--witness") { Description = "Print the key of a witness instead of a log's." };
        var command = new Command(
            "key",
            "Make the key that signs checkpoints, unless the file is there, and print its public half for --key."
        )
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
