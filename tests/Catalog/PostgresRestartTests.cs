using System.Net.Http.Json;
using Shouldly;
using Testing.Servers;
using Xunit;

namespace Catalog.Tests;

public sealed class PostgresRestartTests
{
    [Fact]
    public async Task The_first_page_and_the_first_edit_after_PostgreSQL_restarted_are_answered()
    {
        using var server = new SharedPostgres();
        await using var catalog = await RunningCatalog.StartOnAsync(server);
        foreach (
            var request in (Func<Task<HttpResponseMessage>>[])
                [
                    () => catalog.Reader.GetAsync("/api/tools/cursor-2-0"),
                    () => catalog.Reader.GetAsync("/health/ready"),
                    () => catalog.Editor.PutAsJsonAsync("/api/reviewers/restarted", new { name = "Restarted", role = "Reviewer" }),
                ]
        )
        {
            // Several connections are in the pool; all of them die.
            await Task.WhenAll(Enumerable.Range(0, 20).Select(page => catalog.Reader.GetAsync($"/api/tools?page={page + 1}")));
            await server.RestartAsync();
            var answer = await request();
            answer.IsSuccessStatusCode.ShouldBeTrue(
                $"{answer.RequestMessage}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}"
            );
        }
    }
}
