using System.CommandLine;

namespace Operator.Epochs;

/// <summary><c>epoch show | begin</c>: which lineage of the ledger the versions belong to.</summary>
internal static class EpochCommands
{
    public static Command Make() =>
        new("epoch", "The ledger's epoch. A restored backup begins a new one, which every page takes whatever it showed before.")
        {
            Show(),
            Begin(),
        };

    private static Command Show()
    {
        var command = new Command("show", "The epoch, when it began, and why.") { Site.Ledger };
        command.Does(
            async (parsed, stop) =>
            {
                await using var database = parsed.RequiredDatabase(Site.Ledger);
                return new Findings(true, await new EpochOfLedger(database).ReadAsync(stop), [], Judges: false);
            },
            Say
        );
        return command;
    }

    private static Command Begin()
    {
        var reason = new Option<string>("--reason")
        {
            Description = "Why a new epoch begins, for the record: for example, which backup was restored.",
            Required = true,
        };
        var command = new Command("begin", "Begin a new epoch, after a backup of the ledger was restored. Voting may run.")
        {
            Site.Ledger,
            reason,
        };
        command.Does(
            async (parsed, stop) =>
            {
                await using var database = parsed.RequiredDatabase(Site.Ledger);
                return new Findings(
                    true,
                    await new EpochOfLedger(database).BeginAsync(parsed.GetRequiredValue(reason), stop),
                    [],
                    Judges: false
                );
            },
            Say
        );
        return command;
    }

    private static void Say(Findings findings)
    {
        var epoch = (Epoch)findings.Facts;
        Output.Table(
            ["epoch", "began", "reason"],
            [
                [$"{epoch.Number}", $"{epoch.Began:u}", epoch.Reason],
            ]
        );
    }
}
