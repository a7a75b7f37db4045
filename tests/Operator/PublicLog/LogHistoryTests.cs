using System.Collections.Concurrent;
using System.Text.Json;
using Contracts.Log;
using Testing;

namespace Operator.Tests.PublicLog;

/// <summary>A log that is counted more than once, copied, and compared with the site beside it.</summary>
public sealed class LogHistoryTests : LogRecountTest
{
    [Fact]
    public async Task Provable_history_that_was_shortened_or_rewritten_since_the_last_time_is_found()
    {
        var all = Votes(2 * Size).ToList();
        var state = Path.Combine(Temporary, "state", "last");
        Write(Log, all.Take(Size));
        (await SinceAsync()).ShouldBeNull();
        Write(Log, all);
        (await SinceAsync()).ShouldBe(Size);
        (await SinceAsync()).ShouldBe(2 * Size);

        Write(Log, all.Take(Size));
        (await RecountAsync(Log, "--state", state))
            .Answer.Wrongs()
            .ShouldHaveSingleItem()
            .ShouldStartWith("The log was rewritten: it had 1400 entries and now has 700");
        // Another history that adds up just as well.
        Write(Log, Votes(3 * Size, "other-tool"));
        (await RecountAsync(Log, "--state", state))
            .Answer.Wrongs()
            .ShouldHaveSingleItem()
            .ShouldStartWith("The log was rewritten: its first 1400 entries had the root");
        Write(Log, all);
        (await SinceAsync()).ShouldBe(2 * Size, "what was found wrong replaced nothing");

        async Task<long?> SinceAsync()
        {
            var (code, answer, errors) = await RecountAsync(Log, "--state", state);
            code.ShouldBe(0, errors + answer);
            var since = answer.GetProperty("facts").GetProperty("since");
            return since.ValueKind == JsonValueKind.Null ? null : since.GetInt64();
        }
    }

    [Fact]
    public async Task Provable_a_site_is_recounted_over_http_and_its_copy_recounts_to_the_same_root()
    {
        var all = Votes(2 * Size).ToList();
        Write(Log, all.Take(Size));
        await using var site = await ServeAsync(Log, "cursor-2-0 1 1 2");
        var copy = Path.Combine(Temporary, "copy");
        var (code, answer, errors) = await RecountAsync(site.Urls.Single(), "--save", copy, "--tally", site.Urls.Single() + "/none/");
        code.ShouldBe(2, "tallies that were asked for have to be there");

        await using var mirror = await ServeAsync(Log);
        (code, answer, errors) = await RecountAsync(mirror.Urls.Single(), "--save", copy);
        code.ShouldBe(0, errors + answer);
        (code, var ofCopy, _) = await RecountAsync(copy);
        code.ShouldBe(0);
        ofCopy.GetProperty("facts").GetProperty("root").GetString().ShouldBe(answer.GetProperty("facts").GetProperty("root").GetString());

        Write(Log, all);
        (await RecountAsync(mirror.Urls.Single() + "/log/", "--save", copy)).Code.ShouldBe(0);
        (await RecountAsync(copy)).Answer.GetProperty("facts").GetProperty("entries").GetInt64().ShouldBe(2 * Size);

        Write(Log, Votes(3 * Size, "other-tool"));
        (await RecountAsync(mirror.Urls.Single(), "--save", copy))
            .Answer.Wrongs()
            .ShouldContain(wrong => wrong.StartsWith("The log was rewritten, or its copy was changed"));
        (await RecountAsync(copy)).Code.ShouldBe(0, "an earlier copy is never written over");
    }

    [Fact]
    public async Task Provable_a_recount_goes_on_from_its_copy_and_asks_the_site_only_for_what_is_new()
    {
        var all = Votes(3 * Size).ToList();
        Write(Log, all.Take(Size));
        var served = new ConcurrentQueue<string>();
        await using var site = await ServeAsync(Log, served);
        var copy = Path.Combine(Temporary, "copy");
        (await RecountAsync(site.Urls.Single(), "--save", copy)).Code.ShouldBe(0);
        served.ShouldContain("tile/entries/000");

        served.Clear();
        Write(Log, all);
        var (code, answer, errors) = await RecountAsync(site.Urls.Single(), "--save", copy);
        code.ShouldBe(0, errors + answer);
        answer.GetProperty("facts").GetProperty("since").GetInt64().ShouldBe(Size);
        served.ShouldContain("tile/entries/002");
        served.ShouldNotContain("tile/entries/000");
        served.ShouldNotContain("tile/0/001");

        var changed = Path.Combine(copy, "tile/entries/001");
        var bytes = await File.ReadAllBytesAsync(changed, TestContext.Current.CancellationToken);
        bytes[EntryBundle.LengthOf(bytes, 3)!.Value - 1] ^= 1;
        await File.WriteAllBytesAsync(changed, bytes, TestContext.Current.CancellationToken);
        (await RecountAsync(site.Urls.Single(), "--save", copy))
            .Answer.Wrongs()
            .ShouldHaveSingleItem()
            .ShouldStartWith($"The log was rewritten, or its copy was changed: {changed}");
    }

    [Theory]
    [InlineData(new[] { "cursor-2-0 1 1 2", "smolvlm2-2b 1 0 1" }, 2, null)]
    [InlineData(new[] { "cursor-2-0 9 0 9", "smolvlm2-2b 1 0 1" }, 1, null)]
    [InlineData(new[] { "cursor-2-0 2 0 2", "smolvlm2-2b 1 0 1" }, 2, "says 2 ship, 0 skip of cursor-2-0 at version 2")]
    [InlineData(new[] { "cursor-2-0 0 1 1", "smolvlm2-2b 1 0 1" }, 1, "shows cursor-2-0 at version 1")]
    [InlineData(new[] { "cursor-2-0 1 1 2" }, 1, "shows smolvlm2-2b at version 0")]
    public async Task Exact_the_tallies_beside_a_log_say_what_its_entries_add_up_to(string[] tallies, int same, string? expected)
    {
        Write(Log, Votes(3));
        await using var site = await ServeAsync(Log, tallies);
        var (code, answer, errors) = await RecountAsync(site.Urls.Single());
        code.ShouldBe(expected is null ? 0 : 1, errors + answer);
        answer.GetProperty("facts").GetProperty("tallies").GetInt32().ShouldBe(same);
        if (expected is not null)
            answer.Wrongs().ShouldHaveSingleItem().ShouldContain(expected);
    }
}
