using System.Buffers.Text;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using Contracts.Log;
using Microsoft.Extensions.DependencyInjection;
using Testing;
using Voting.Challenges;
using Voting.Ledger;

namespace Voting.Tests.Integrity;

/// <summary>Readers and attackers by the thousand, each from an address of their own choice behind a known proxy.</summary>
internal sealed class Crowd(TestVoting voting, string tool)
{
    public const string BehindProxy = "--Proxies:KnownNetworks:0=127.0.0.0/8";

    /// <summary>The settings of a site with the gate as shipped, apart from what would only take time.</summary>
    public static readonly string[] Settings = ["--Quota:Enabled=true", "--Quota:ChallengeCost=1000", BehindProxy];

    /// <summary>Honest votes of long ago, of which nothing is kept but the votes.</summary>
    public async Task SeedAsync(int ship, int skip)
    {
        var ledger = voting.App.Services.GetRequiredService<VoteLedger>();
        var casts = Enumerable.Range(0, ship + skip).Select(n => Cast(n < ship ? Choice.Ship : Choice.Skip));
        foreach (var batch in casts.Chunk(1000))
            await ledger.CommitAsync(batch, CancellationToken.None);

        Cast Cast(Choice choice)
        {
            var voter = RandomNumberGenerator.GetBytes(16);
            // The first byte of a Guid's bytes; hashed voters begin with a set bit.
            voter[0] |= 0x80;
            return new Cast(new HashedVoter(new Guid(voter)), tool, choice, Mark.Draw());
        }
    }

    /// <summary>One first vote of a new voter.</summary>
    /// <param name="solves">Does the work that is asked for and casts again.</param>
    public async Task<(HttpResponseMessage Answer, byte[] Nonce)> FirstAsync(string address, string choice, bool solves = false)
    {
        var nonce = RandomNumberGenerator.GetBytes(32);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(nonce, (uint)DateTimeOffset.UtcNow.ToUnixTimeSeconds());
        var answer = await CastAsync(address, nonce, choice);
        if (solves && (int)answer.StatusCode == 429)
            answer = await CastAsync(address, nonce, choice, await SolvedAsync(answer));
        return (answer, nonce);
    }

    public async Task<HttpResponseMessage> CastAsync(string address, byte[] nonce, string choice, string? altcha = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/api/votes/{tool}")
        {
            Content = JsonContent.Create(
                new
                {
                    choice,
                    voter = "new",
                    nonce = Base64Url.EncodeToString(nonce),
                    altcha,
                }
            ),
        };
        request.Headers.TryAddWithoutValidation("X-Forwarded-For", address);
        return await voting.Http.SendAsync(request);
    }

    /// <summary>Many at once, as a script or a front page brings them.</summary>
    /// <returns>How many were answered with each status.</returns>
    public async Task<Dictionary<int, int>> ComeAsync(IEnumerable<(string Address, string Choice)> voters, bool solve = false)
    {
        var answers = new System.Collections.Concurrent.ConcurrentDictionary<int, int>();
        await Parallel.ForEachAsync(
            voters,
            new ParallelOptions { MaxDegreeOfParallelism = 16 },
            async (voter, _) =>
            {
                var (answer, _) = await FirstAsync(voter.Address, voter.Choice, solve);
                answers.AddOrUpdate((int)answer.StatusCode, 1, (_, count) => count + 1);
            }
        );
        return new(answers);
    }

    public async Task<(long Ship, long Skip, long Held, long Void)> TotalsAsync()
    {
        var totals = await voting.Http.GetFromJsonAsync<JsonElement>("/api/ledger/totals");
        var total = totals.EnumerateArray().First(total => total.GetProperty("tool").GetString() == tool);
        return (Of("ship"), Of("skip"), Of("held"), Of("void"));

        long Of(string name) => total.GetProperty(name).GetInt64();
    }

    public async Task<double> PercentAsync()
    {
        var totals = await TotalsAsync();
        return 100.0 * totals.Ship / (totals.Ship + totals.Skip);
    }

    /// <summary>The totals as anyone adds them up from the public ledger: by the flag, and by following each mark's state.</summary>
    public async Task<(long Ship, long Skip, long Held, long Void)> RecountedAsync()
    {
        var (ship, skip) = (0L, 0L);
        var marks = new Dictionary<string, (string? Choice, string State)>();
        foreach (var entry in (await voting.LedgerAsync(10_000)).Where(entry => entry.GetProperty("tool").GetString() == tool))
        {
            var (mark, choice) = (entry.GetProperty("voter").GetString()!, entry.GetProperty("choice").GetString());
            var previous = entry.GetProperty("previous").GetString();
            if (entry.GetProperty("counted").GetBoolean())
                (ship, skip) = (ship + Step(choice, previous, "ship"), skip + Step(choice, previous, "skip"));
            var known = marks.GetValueOrDefault(mark, (null, "vote"));
            marks[mark] = entry.GetProperty("kind").GetString() is var kind and not "vote" ? (known.Choice, kind!) : (choice, known.State);
        }

        var standing = marks.Values.Where(vote => vote.Choice is not null).ToList();
        if (standing.Count(vote => vote is { Choice: "ship", State: "vote" or "release" }) != ship)
            throw new InvalidOperationException("The marks' states and the flags disagree.");
        return (ship, skip, standing.Count(vote => vote.State == "hold"), standing.Count(vote => vote.State == "void"));
    }

    public static async Task<string> SolvedAsync(HttpResponseMessage answer) =>
        ChallengeTests.Solve(
            (await answer.Content.ReadFromJsonAsync<JsonElement>())
                .GetProperty("challenge")
                .Deserialize<Challenge>(JsonSerializerOptions.Web)!
        );

    private static int Step(string? choice, string? previous, string counted) =>
        (choice == counted ? 1 : 0) - (previous == counted ? 1 : 0);
}
