using System.CommandLine;
using Operator;
using Operator.Asking;
using Operator.Backups;
using Operator.DeadLetters;
using Operator.Epochs;
using Operator.Keys;
using Operator.PublicLog;
using Operator.Rebuilding;
using Operator.Recounting;
using Operator.Tokens;

var root = new RootCommand(
    """
    Looks after a running site: asks how its parts are, counts the ledger again, rebuilds counters, handles dead letters, verifies
    backups, begins epochs, rotates keys, makes editors' tokens.
    Exit codes: 0 all is well, 1 something is wrong and was named, 2 it could not be found out.
    """
)
{
    HealthCommand.Make(),
    RecountCommand.Make(),
    RebuildCommand.Make(),
    DeadLetterCommands.Make(),
    BackupCommands.Make(),
    EpochCommands.Make(),
    KeyCommands.Make(),
    LogCommands.Make(),
    TokenCommands.Make(),
};
root.Options.Add(Output.Json);
var parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
    return await Output.FailAsync(parsed, string.Join(' ', parsed.Errors.Select(error => error.Message)) + " See --help.");
return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(5) });
