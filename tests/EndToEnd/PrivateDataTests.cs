using System.Net.Http.Json;
using Shouldly;
using Xunit;

namespace EndToEnd.Tests;

/// <summary>What the process keeps belongs to the account that runs it.</summary>
public sealed class PrivateDataTests
{
    private const UnixFileMode OwnFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnFolder = OwnFile | UnixFileMode.UserExecute;

    [Fact]
    public async Task No_personal_data_every_file_and_folder_of_the_data_is_for_its_owner_alone_and_every_key_is_explained()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no modes.");
        // Relative to where the process works, so that it makes the folder itself.
        await using var site = new StandaloneProcess("--Data=kept");
        await site.StartAsync();
        var data = Path.Combine(site.Folder, "kept");
        (
            await site.Http.PostAsJsonAsync(
                "/api/newsletter/subscriptions",
                new { email = "ada@example.org" },
                TestContext.Current.CancellationToken
            )
        ).EnsureSuccessStatusCode();
        for (
            var deadline = DateTime.UtcNow.AddSeconds(20);
            !Directory.Exists(Path.Combine(data, "mail")) || Directory.GetFiles(Path.Combine(data, "mail"), "*.eml").Length == 0;
            await Task.Delay(50)
        )
            DateTime.UtcNow.ShouldBeLessThan(deadline, "the mail that asks to confirm never came");

        ModeOf(data).ShouldBe(OwnFolder);
        var entries = new DirectoryInfo(data).EnumerateFileSystemInfos("*", SearchOption.AllDirectories).ToList();
        entries.Select(entry => entry.Name).ShouldContain(name => name.EndsWith("-wal", StringComparison.Ordinal));
        foreach (var entry in entries)
            ModeOf(entry.FullName).ShouldBe(entry is DirectoryInfo ? OwnFolder : OwnFile, entry.FullName);

        var readme = await File.ReadAllTextAsync(Readme(), TestContext.Current.CancellationToken);
        var keys = entries.Where(entry => entry.Extension == ".key").Select(entry => entry.Name).ToList();
        keys.ShouldContain("ledger.key");
        keys.Where(key => !readme.Contains($"`{key}`", StringComparison.Ordinal))
            .ShouldBeEmpty("services/Standalone/README.md says what each key is");
    }

#pragma warning disable CA1416 // Skipped on Windows.
    private static UnixFileMode ModeOf(string path) => File.GetUnixFileMode(path);
#pragma warning restore CA1416

    private static string Readme()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Voting.sln")))
            folder = folder.Parent!;
        return Path.Combine(folder.FullName, "services", "Standalone", "README.md");
    }
}
