using System.Net;
using Contracts;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Voting.Tools;
using Xunit;

namespace Voting.Tests;

/// <summary>Voting's replica of the catalog's tools, on both stores.</summary>
public sealed class ToolListTests(Stores stores)
{
    [Theory]
    [InlineData(Store.Sqlite)]
    [InlineData(Store.Postgres)]
    public async Task Bounded_states_that_no_tool_could_have_are_left_out_and_those_beside_them_taken(Store store)
    {
        await using var voting = await TestVoting.StartAsync(ledger: await stores.NewLedgerAsync(store));
        ToolState[] told =
        [
            null!,
            new(null!, "X", "x", false, 1),
            new("x", null!, null!, false, 1),
            new("Not A Slug\0", "X", "x", false, 1),
            new("x", "X", "x", false, -1),
            TestVoting.Tool("brand-new"),
            TestVoting.Tool("brand-new") with
            {
                Name = "Again",
                Version = 2,
            },
        ];
        await voting.App.Services.GetRequiredService<ToolList>().KeepAsync(told, TestContext.Current.CancellationToken);

        var voter = await voting.NewVoterAsync();
        (await voting.CastAsync(voter, "brand-new", "ship")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await voting.CastAsync(voter, "x", "ship")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }
}
