using System.Net.Http.Json;
using Shouldly;
using Testing.Machine;
using Testing.Servers;
using Xunit;

namespace Newsletter.Tests;

public sealed class PostgresRestartTests
{
    [Fact]
    public async Task The_first_request_of_each_kind_after_PostgreSQL_restarted_is_answered()
    {
        var folder = Directory.CreateTempSubdirectory("newsletter-postgres-").FullName;
        try
        {
            using var postgres = new Postgres(folder);
            await postgres.StartAndWait();
            await postgres.Create("newsletter");
            await using var press = new Press(database: postgres.ConnectionTo("newsletter"));
            var client = await press.StartAsync();
            foreach (
                var request in (Func<Task<HttpResponseMessage>>[])
                    [
                        () => client.PostAsJsonAsync("/api/newsletter/subscriptions", new { email = "ada@reader.example" }),
                        () => client.GetAsync("/api/newsletter/issues"),
                        () => client.GetAsync("/health/ready"),
                    ]
            )
            {
                // Several connections are in the pool; all of them die.
                await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => client.GetAsync("/api/newsletter/issues")));
                await postgres.Send(UnixSignal.Interrupt);
                await postgres.StartAndWait();
                var answer = await request();
                answer.IsSuccessStatusCode.ShouldBeTrue(
                    $"{answer.RequestMessage}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}"
                );
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
