using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Contracts.Log;
using Operator.Recounting;

namespace Operator.PublicLog;

/// <summary>The options of <c>recount</c> that make it a recount of the public log.</summary>
internal static class LogOptions
{
    private static readonly Option<string> Log = new("--log")
    {
        Description = "Recount the public log instead: a site's address, a log's, or a folder with a copy.",
        HelpName = "URL|FOLDER",
    };

    private static readonly Option<VerifierKey[]> Keys = VerifierKeyOption.Make(
        "--key",
        "The log's public key, name+id+base64.",
        VerifierKey.Ed25519
    );

    private static readonly Option<VerifierKey[]> Witnesses = VerifierKeyOption.Make(
        "--witness",
        "A witness's public key; its cosignature is checked.",
        VerifierKey.Cosignature
    );

    private static readonly Option<int?> Least = new("--witnesses") { Description = "How many of them must have signed; all by default." };

    private static readonly Option<string> State = new("--state")
    {
        Description = "Keep the checkpoint in FILE, and prove next time that the log only grew.",
        HelpName = "FILE",
    };

    private static readonly Option<string> Save = new("--save")
    {
        Description = "Make or extend a copy of the log in FOLDER on the way; only what is new is fetched.",
        HelpName = "FOLDER",
    };

    private static readonly Option[] OfLog = [Keys, Witnesses, Least, State, Save];

    /// <param name="others">Options that have no meaning for the log.</param>
    public static void AddTo(Command command, params Option[] others)
    {
        foreach (var option in (Option[])[Log, .. OfLog])
            command.Options.Add(option);
        command.Validators.Add(given =>
        {
            var ofLog = IsGiven(given, Log);
            if (ofLog && !IsGiven(given, Keys))
                given.AddError("--log needs the log's public key: --key.");
            foreach (var option in (ofLog ? others : OfLog).Where(option => IsGiven(given, option)))
                given.AddError(ofLog ? $"{option.Name} can't be combined with --log." : $"{option.Name} needs --log.");
        });
        Least.Validators.Add(given =>
        {
            if (given.GetValueOrDefault<int?>() is < 0)
                given.AddError("--witnesses takes a number from 0.");
        });
    }

    public static bool IsOfLog(this ParseResult parsed) => parsed.GetValue(Log) is not null;

    public static async Task<Findings> RecountLogAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var fileRequests = NamedRequests.NewFileClient();
        using var http = NamedRequests.NewClient();
        var log = parsed.GetRequiredValue(Log);
        var site =
            Uri.TryCreate(log, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
                ? SiteFiles.Open(fileRequests, address)
                : null;
        var asked = await parsed.Addresses(Site.Tally).AllAsync(cancellationToken);
        var tallies =
            asked.Count > 0 ? new LogTallies(asked, Required: true)
            : site is not null ? new LogTallies([site.Origin], Required: false)
            : new LogTallies([], Required: false);
        var witnesses = parsed.GetValue(Witnesses) ?? [];
        var question = new LogQuestion(
            parsed.GetRequiredValue(Keys),
            witnesses,
            parsed.GetValue(Least) ?? witnesses.Length,
            parsed.GetValue(State),
            parsed.GetValue(Save)
        );
        var whole = site ?? (ILogFiles)FolderFiles.Open(log);
        return await Output.ProgressAsync(
            "counting the log",
            async progress =>
            {
                if (site is not null && question.Save is { } copy && Directory.Exists(copy))
                {
                    var continued = await FindAsync(new ContinuedFiles(new FolderFiles(copy), site), progress);
                    // What is wrong is named from all that the site serves.
                    if (continued.Well)
                        return continued;
                }

                return await FindAsync(whole, progress);
            }
        );

        Task<Findings> FindAsync(ILogFiles files, IProgress<double> progress) =>
            new LogRecount(files, question, totals => tallies.CompareAsync(http, totals, cancellationToken)).FindAsync(
                progress,
                cancellationToken
            );
    }

    public static void Table(LogFacts facts)
    {
        Output.Table(
            ["entries", "tools", "votes that stand", "tallies checked", "witnesses", "extends", "seconds"],
            [
                [
                    $"{facts.Entries:N0}",
                    $"{facts.Tools:N0}",
                    $"{facts.Votes:N0}",
                    $"{facts.Tallies:N0}",
                    $"{facts.Witnesses.Count}",
                    facts.Since is { } since ? $"{since:N0}" : "",
                    facts.Seconds.ToString("0.0", CultureInfo.InvariantCulture),
                ],
            ]
        );
        if (facts.Root is not null)
            Console.WriteLine($"{facts.Origin} {facts.Root}");
        foreach (var announced in facts.Announced)
            Console.WriteLine($"Entry {announced.Entry:N0} announces the key {announced.Key}");
    }

    private static bool IsGiven(CommandResult given, Option option) => given.GetResult(option) is { Implicit: false };
}
