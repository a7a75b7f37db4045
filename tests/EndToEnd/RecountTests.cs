using System.Text;
using Contracts.Log;
using Microsoft.Playwright;
using Shouldly;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace EndToEnd.Tests;

/// <summary>Promise **Provable** as a stranger sees it: whoever changes history is found by anyone's recount, in the browser.</summary>
public class RecountTests(Site site)
{
    // Two bundles; the entries below are in the second one.
    private const int Size = 300,
        Place = 270,
        // The newest of its mark, and ship.
        Counted = 298;

    private static readonly string OtherKey = PaperLog.ForeignKey();

    private static readonly Dictionary<string, (Action<PaperLog, List<byte[]>> Forge, string Found)> Forgeries = new()
    {
        ["a changed entry"] = (
            (log, votes) => Put(log, [.. votes[..Place], Later(votes[Place]), .. votes[(Place + 1)..]]),
            "Entry 270 is not the one the log’s tile stands for"
        ),
        ["a dropped entry"] = ((log, votes) => Put(log, [.. votes[..Place], .. votes[(Place + 1)..]]), "Entry 270 is"),
        ["the last entry dropped"] = ((log, votes) => Put(log, votes[..^1]), "Entry 299 is missing"),
        ["two entries in the wrong order"] = (
            (log, votes) => Put(log, [.. votes[..Place], votes[Place + 1], votes[Place], .. votes[(Place + 2)..]]),
            "Entry 270 is"
        ),
        ["an entry twice"] = ((log, votes) => Put(log, [.. votes[..Place], votes[Place], .. votes[Place..]]), "Entry 271 is wrong"),
        ["an entry too many"] = ((log, votes) => Put(log, [.. votes, Later(votes[^1])]), "Entry 300 is one too many"),
        ["a flipped bit in a tile of leaves"] = ((log, _) => log.Flip("/log/tile/0/000", 32 * 7), "Entry 7 is not the one"),
        ["a flipped bit in a higher tile"] = ((log, _) => log.Flip("/log/tile/1/000.p/1", 3), "The tile /log/tile/1/000.p/1 is wrong"),
        ["a wrong signature"] = (
            (log, votes) =>
            {
                var signed = Encoding.UTF8.GetString(log.Files["/log/checkpoint"]);
                var other = signed.Replace($"\n{Size}\n", $"\n{Size - 1}\n", StringComparison.Ordinal);
                log.Files["/log/checkpoint"] = Encoding.UTF8.GetBytes(other);
            },
            "signature is wrong"
        ),
        ["no signature of the key"] = (
            (log, _) => log.Files["/log/key"] = Encoding.UTF8.GetBytes(PaperLog.ForeignKey()),
            "is not signed by the key"
        ),
        ["a root of other entries, signed"] = (
            (log, votes) =>
            {
                log.Publish([.. votes[..^1], Later(votes[^1])]);
                var signed = log.Files["/log/checkpoint"];
                log.Publish(votes);
                log.Files["/log/checkpoint"] = signed;
            },
            "The root computed from all 300 entries"
        ),
        ["a vote counted twice, signed"] = (
            (log, votes) => Sign(log, votes, vote => vote with { Ship = vote.Ship + 1 }),
            "Entry 270 is wrong: ship should be"
        ),
        ["a version left out, signed"] = (
            (log, votes) => Sign(log, votes, vote => vote with { Version = vote.Version + 1 }),
            "Entry 270 is wrong: the tool’s version should be"
        ),
        ["a mark's change left out, signed"] = (
            (log, votes) => Sign(log, votes, vote => vote with { Seq = vote.Seq + 1 }),
            "Entry 270 is wrong: the mark’s seq should be"
        ),
        ["a line that is no vote, signed"] = (
            (log, votes) => log.Publish([.. votes[..Place], "verdicts.vote/v1 tool-0"u8.ToArray(), .. votes[(Place + 1)..]]),
            "Entry 270 can’t be read"
        ),
        ["a key announced twice, signed"] = (
            (log, votes) => log.Publish([.. votes[..Place], Announced(OtherKey), Announced(OtherKey), .. votes[Place..]]),
            "Entry 271 is wrong: entry 270 announced this key already"
        ),
        ["a key that is none, signed"] = (
            (log, votes) =>
                log.Publish([.. votes[..Place], Announced(OtherKey.Replace("+", "+0", StringComparison.Ordinal)), .. votes[Place..]]),
            "Entry 270 announces no key"
        ),
        ["an announcement that is none, signed"] = (
            (log, votes) => log.Publish([.. votes[..Place], "verdicts.key/v1 a+key"u8.ToArray(), .. votes[Place..]]),
            "Entry 270 can’t be read"
        ),
        ["a vote held and still in the numbers, signed"] = (
            (log, votes) => Decide(log, votes, decision => decision with { Ship = decision.Ship + 1 }, (DecisionLeaf.Hold, -1)),
            "Entry 300 is wrong: ship should be"
        ),
        ["a vote taken out of another tool, signed"] = (
            (log, votes) => Decide(log, votes, decision => decision with { Tool = "tool-0" }, (DecisionLeaf.Void, -1)),
            "Entry 300 is wrong: the tool of the vote it is about should be tool-3"
        ),
        ["a decision on a vote that is not there, signed"] = (
            (log, votes) => Decide(log, votes, decision => decision with { Index = 299_999 }, (DecisionLeaf.Hold, -1)),
            "Entry 300 is wrong: the tool of the vote it is about"
        ),
        ["a release of a vote that counts already, signed"] = (
            (log, votes) => Decide(log, votes, decision => decision, (DecisionLeaf.Release, 1)),
            "Entry 300 is wrong: the vote is counted and can’t become counted"
        ),
        ["a void vote that comes back, signed"] = (
            (log, votes) => Decide(log, votes, decision => decision, (DecisionLeaf.Void, -1), (DecisionLeaf.Release, 1)),
            "Entry 301 is wrong: the vote is void and can’t become counted"
        ),
        ["pages that show other numbers"] = (
            (log, _) => log.Tallies["tool-0"] = log.Tallies["tool-0"] with { Ship = 1_000 },
            "The pages show 1000 ship"
        ),
    };

    private static byte[] Announced(string key) => Encoding.ASCII.GetBytes($"verdicts.key/v1 {key} 2026-11-26T18:04Z");

    public static TheoryData<string> Names => [.. Forgeries.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Provable_a_recount_in_the_browser_names_the_first_thing_that_is_wrong(string name)
    {
        var (forge, found) = Forgeries[name];
        using var log = new PaperLog();
        var votes = PaperLog.Votes(Size);
        log.Publish(votes);
        forge(log, votes);
        await using var reader = await site.NewReaderAsync();
        var page = await OpenAsync(reader, log);

        await RecountAsync(page);

        await Expect(page.Locator("#result")).ToContainTextAsync("The log is wrong.");
        await Expect(page.Locator("#result")).ToContainTextAsync(found);
        await Expect(page.Locator("#found li")).ToHaveCountAsync(0);
        await Expect(page.Locator("#remembered")).ToBeHiddenAsync();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(256)]
    [InlineData(300)]
    [InlineData(512)]
    public async Task A_log_without_a_fault_is_found_right_whatever_its_size(int size)
    {
        using var log = new PaperLog();
        log.Publish(PaperLog.Votes(size));
        await using var reader = await site.NewReaderAsync();
        var page = await OpenAsync(reader, log);

        await page.Locator("summary").ClickAsync();
        await page.GetByLabel("The log’s public key").FillAsync(log.VerifierKey);
        await RecountAsync(page);

        await Expect(page.Locator("#result")).ToContainTextAsync("All is right: ");
        await Expect(page.Locator("#result")).ToContainTextAsync($"{size} entr");
        await Expect(page.Locator("#found")).ToContainTextAsync("the key you pasted");
        await Expect(page.Locator("#remembered")).ToContainTextAsync($"with {size} entr");
        reader.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task Provable_a_recount_in_the_browser_names_the_keys_that_the_log_announces()
    {
        using var log = new PaperLog();
        var votes = PaperLog.Votes(Size);
        log.Publish([.. votes[..Place], Announced(OtherKey), .. votes[Place..]]);
        await using var reader = await site.NewReaderAsync();
        var page = await OpenAsync(reader, log);
        await RecountAsync(page);
        await Expect(page.Locator("#result")).ToContainTextAsync("All is right: ");
        await Expect(page.Locator("#found")).ToContainTextAsync($"Entry 270 announces the key {OtherKey}");
    }

    [Fact]
    public async Task Provable_a_recount_in_the_browser_follows_what_moderators_decided()
    {
        using var log = new PaperLog();
        var entries = PaperLog.Votes(Size);
        Add(DecisionLeaf.Hold, about: Counted, step: -1);
        entries.Add(PaperLog.ChangedWhileHeld(entries, Counted).ToBytes());
        Add(DecisionLeaf.Release, about: entries.Count - 1, step: 1);
        Add(DecisionLeaf.Hold, about: Counted - 1, step: -1);
        Add(DecisionLeaf.Void, about: Counted - 1, step: 0);
        log.Publish(entries);
        await using var reader = await site.NewReaderAsync();
        var page = await OpenAsync(reader, log);

        await RecountAsync(page);

        await Expect(page.Locator("#result")).ToContainTextAsync("All is right: ");
        await Expect(page.Locator("#result")).ToContainTextAsync($"{Size + 5} entr");

        void Add(string kind, int about, int step) => entries.Add(PaperLog.Decided(entries, kind, about, step).ToBytes());
    }

    [Fact]
    public async Task Provable_a_recount_of_the_sites_own_log_agrees_when_votes_are_held()
    {
        await using var strict = new StandaloneProcess("--Quota:PerAddressHourly=1");
        await strict.StartAsync();
        await using var first = new Reader(await site.Browser.NewContextAsync(new() { BaseURL = strict.Address.ToString() }));
        await using var second = new Reader(await site.Browser.NewContextAsync(new() { BaseURL = strict.Address.ToString() }));
        var voted = await first.OpenAsync();
        await voted.Button("Ship", "Cursor 2.0").ClickAsync();
        await Expect(voted.OwnVote("cursor-2-0")).ToHaveTextAsync("Your vote: ship.");
        var held = await second.OpenAsync();
        await held.Button("Skip", "Cursor 2.0").ClickAsync();
        await Expect(held.OwnVote("cursor-2-0")).ToContainTextAsync("Recorded, not counted yet", new() { Timeout = 60_000 });

        var page = await second.OpenAsync("/verify");
        await RecountAsync(page);

        // The two votes and the hold, beside the key's own entry.
        await Expect(page.Locator("#result")).ToContainTextAsync("All is right: ");
    }

    [Fact]
    public async Task Provable_a_browser_that_comes_back_sees_whether_history_was_only_extended()
    {
        using var log = new PaperLog();
        var votes = PaperLog.Votes(Size);
        log.Publish(votes[..Place]);
        await using var reader = await site.NewReaderAsync();
        var page = await OpenAsync(reader, log);
        await RecountAsync(page);
        await Expect(page.Locator("#found")).ToContainTextAsync("saw the log for the first time");

        log.Publish(votes);
        await page.ReloadAsync();
        await RecountAsync(page);
        await Expect(page.Locator("#found")).ToContainTextAsync("History was only extended");

        log.Publish(votes[..Place]);
        await page.ReloadAsync();
        await RecountAsync(page);
        await Expect(page.Locator("#result")).ToContainTextAsync("The log has shrunk");

        log.Publish([.. votes[..10], Later(votes[10]), .. votes[11..]]);
        await page.ReloadAsync();
        await RecountAsync(page);
        await Expect(page.Locator("#result")).ToContainTextAsync("History was changed: the first 300 entries");
    }

    [Fact]
    public async Task An_address_that_does_not_answer_is_named_and_the_recount_can_be_tried_again()
    {
        using var log = new PaperLog();
        log.Publish(PaperLog.Votes(Size));
        const string Path = "/log/tile/entries/001.p/44";
        log.Files.Remove(Path, out var bundle);
        await using var reader = await site.NewReaderAsync();
        var page = await OpenAsync(reader, log);
        await RecountAsync(page);
        await Expect(page.Locator("#result")).ToContainTextAsync($"could not be finished: {Path} answers 404");

        log.Files[Path] = bundle!;
        await page.GetByRole(AriaRole.Button, new() { Name = "Try again" }).ClickAsync();
        await Expect(page.Locator("#result")).ToContainTextAsync("All is right");
    }

    [Fact]
    public async Task A_recount_stops_at_an_entry_of_a_kind_it_does_not_know_and_claims_nothing()
    {
        using var log = new PaperLog();
        log.Publish([.. PaperLog.Votes(10), "verdicts.later/v1 tool-0"u8.ToArray()]);
        await using var reader = await site.NewReaderAsync();
        var page = await OpenAsync(reader, log);
        await RecountAsync(page);
        await Expect(page.Locator("#result")).ToContainTextAsync("had to stop. Entry 10 is of a kind this page does not know");
        await Expect(page.Locator("#remembered")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task A_browser_without_Ed25519_checks_all_but_the_signature_and_says_so()
    {
        using var log = new PaperLog();
        log.Publish(PaperLog.Votes(10));
        await using var reader = await site.NewReaderAsync();
        await reader.Context.AddInitScriptAsync(
            """
            const known = SubtleCrypto.prototype.importKey;
            SubtleCrypto.prototype.importKey = function (format, key, algorithm, ...rest) {
              if (algorithm === 'Ed25519')
                return Promise.reject(new DOMException('', 'NotSupportedError'));
              return known.call(this, format, key, algorithm, ...rest);
            };
            """
        );
        var page = await OpenAsync(reader, log);
        await RecountAsync(page);
        await Expect(page.Locator("#result")).ToContainTextAsync("What this browser can check is right");
        await Expect(page.Locator("#result")).ToContainTextAsync("The signature is not checked.");
    }

    [Fact]
    public async Task A_key_that_is_none_is_not_taken_and_the_field_says_so()
    {
        using var log = new PaperLog();
        log.Publish(PaperLog.Votes(1));
        await using var reader = await site.NewReaderAsync();
        var page = await OpenAsync(reader, log);
        await page.Locator("summary").ClickAsync();
        await page.GetByLabel("The log’s public key").FillAsync("not a key");
        await RecountAsync(page);
        await Expect(page.Locator("#result")).ToContainTextAsync("“not a key” is not a key");
        await Expect(page.GetByLabel("The log’s public key")).ToHaveAttributeAsync("aria-invalid", "true");
    }

    [Fact]
    public async Task A_recount_can_be_stopped()
    {
        using var log = new PaperLog();
        log.Publish(PaperLog.Votes(Size));
        await using var reader = await site.NewReaderAsync();
        var page = await OpenAsync(reader, log);
        var asked = new TaskCompletionSource();
        await page.RouteAsync("**/log/tile/0/000", _ => asked.TrySetResult()); // never answered
        await page.GetByRole(AriaRole.Button, new() { Name = "Recount now" }).ClickAsync();
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(20));
        await page.GetByRole(AriaRole.Button, new() { Name = "Stop" }).ClickAsync();
        await Expect(page.Locator("#result")).ToContainTextAsync("Stopped.");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Try again" })).ToBeFocusedAsync();
    }

    private static async Task<IPage> OpenAsync(Reader reader, PaperLog log)
    {
        var page = await reader.Context.NewPageAsync();
        await log.ServeAsync(page);
        await page.GotoAsync("/verify");
        return page;
    }

    private static async Task RecountAsync(IPage page)
    {
        await page.Locator("#start").ClickAsync();
        await Expect(page.Locator("#result")).ToBeVisibleAsync();
    }

    private static void Put(PaperLog log, List<byte[]> entries) => log.PutBundle(1, Size - Tile.FullWidth, entries[Tile.FullWidth..]);

    private static void Decide(
        PaperLog log,
        List<byte[]> votes,
        Func<DecisionLeaf, DecisionLeaf> forge,
        params (string Kind, int Step)[] decisions
    )
    {
        var entries = votes.ToList();
        foreach (var (kind, step) in decisions)
            entries.Add(forge(PaperLog.Decided(entries, kind, Counted, step)).ToBytes());
        log.Publish(entries);
    }

    private static void Sign(PaperLog log, List<byte[]> votes, Func<Leaf, Leaf> change)
    {
        Leaf.TryParse(votes[Place], out var vote).ShouldBeTrue();
        log.Publish([.. votes[..Place], change(vote!).ToBytes(), .. votes[(Place + 1)..]]);
    }

    /// <summary>The same vote a minute later: it breaks no rule of counting.</summary>
    private static byte[] Later(byte[] entry)
    {
        Leaf.TryParse(entry, out var vote).ShouldBeTrue();
        return (vote! with { Time = "2026-11-26T18:05Z" }).ToBytes();
    }
}
