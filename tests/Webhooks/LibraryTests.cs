using System.Text.Json;
using Shouldly;
using Testing.Machine;
using Xunit;

namespace Webhooks.Tests;

/// <summary>The reference library for JavaScript, which knows nothing of this code, takes what we send.</summary>
public sealed class LibraryTests : IAsyncLifetime
{
    private const string Library = "standardwebhooks@1.0.0";

    // The library refuses old messages; the clock of these tests stands where they say.
    private const string Script = """
        const { Webhook } = require("standardwebhooks");
        const [secret, headers, body] = JSON.parse(process.argv[2]);
        Date.now = () => headers["webhook-timestamp"] * 1000;
        try { new Webhook(secret).verify(body, headers); console.log("taken"); } catch (error) { console.log("refused: " + error.message); }
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("library-").FullName;
    private Publisher _publisher = null!;

    public async ValueTask InitializeAsync() => _publisher = await Publisher.OnAsync(null);

    public async ValueTask DisposeAsync()
    {
        await _publisher.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task The_library_standardwebhooks_verifies_a_message_and_refuses_it_altered()
    {
        if (Programs.Find("node") is not { } node || Programs.Find("npm") is not { } npm)
        {
            Assert.Skip("This test runs node and npm.");
            return;
        }

        var (installed, output) = Programs.Run(npm, "install", "--prefix", _folder, "--no-audit", "--no-fund", "--silent", Library);
        Assert.SkipWhen(installed != 0, $"npm can't install {Library}: {output}");
        var script = Path.Combine(_folder, "verify.js");
        await File.WriteAllTextAsync(script, Script);

        var client = await _publisher.StartAsync();
        var webhook = await Publisher.RegisterAsync(client, _publisher.Receiver.Address, new { type = "tool.milestone" });
        await _publisher.VotesAsync("alpha", 9, 3);
        var message = (await _publisher.Receiver.GetAsync(1))[0];
        var headers = new Dictionary<string, string>
        {
            ["webhook-id"] = message.Id,
            ["webhook-timestamp"] = message.Timestamp,
            ["webhook-signature"] = message.Signature,
        };
        Verify(message.Body).ShouldBe("taken");
        Verify(message.Body.Replace("\"ship\":9", "\"ship\":8")).ShouldStartWith("refused");

        string Verify(string body) =>
            Programs.Run(node, script, JsonSerializer.Serialize(new object[] { (string)webhook["secret"]!, headers, body })).Output.Trim();
    }
}
