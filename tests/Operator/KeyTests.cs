using System.Security.Cryptography;
using Testing;

namespace Operator.Tests;

public sealed class KeyTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("keys-");

    public KeyTests() => File.WriteAllText(Place(0), Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)) + "\n");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_rotation_announces_a_key_then_lets_it_sign_and_loses_none()
    {
        var old = (await KeysAsync("list")).Single();
        var announced = await KeysAsync("announce");
        announced.Select(key => key.Id).First().ShouldBe(old.Id, "the old key signs until every replica knows the new one");
        announced.Count.ShouldBe(2);

        var rotated = await KeysAsync("rotate");
        rotated.Select(key => key.Id).ShouldBe([announced[1].Id, old.Id]);
        rotated[0].Signs.ShouldBeTrue();
        Convert.FromBase64String(await File.ReadAllTextAsync(Place(0), TestContext.Current.CancellationToken)).Length.ShouldBe(32);

        (await KeysAsync("remove", old.Id)).Select(key => key.Id).ShouldBe([announced[1].Id]);
        _folder.GetFiles().Length.ShouldBe(1);
    }

    [Fact]
    public async Task The_key_that_signs_cannot_be_removed_and_no_key_is_ever_shown()
    {
        var key = (await KeysAsync("list")).Single();
        var (code, _, errors) = await OperatorTool.RunAsync("keys", "remove", _folder.FullName, key.Id);
        code.ShouldBe(2);
        (errors + key.Id).ShouldNotContain((await File.ReadAllTextAsync(Place(0), TestContext.Current.CancellationToken)).Trim());
    }

    [Fact]
    public async Task A_folder_with_a_hole_or_a_spoiled_key_is_refused_and_left_as_it_is()
    {
        await File.WriteAllTextAsync(
            Place(2),
            await File.ReadAllTextAsync(Place(0), TestContext.Current.CancellationToken),
            TestContext.Current.CancellationToken
        );
        (await OperatorTool.RunAsync("keys", "announce", _folder.FullName)).Code.ShouldBe(2);
        File.Move(Place(2), Place(1));
        await File.WriteAllTextAsync(Place(1), "c2hvcnQ=", TestContext.Current.CancellationToken);
        (await OperatorTool.RunAsync("keys", "rotate", _folder.FullName)).Errors.ShouldContain("Voters__SigningKeys__1");
        _folder.GetFiles().Length.ShouldBe(2);
    }

    [Fact]
    public async Task A_new_key_is_readable_by_the_readers_of_the_one_before()
    {
        if (OperatingSystem.IsWindows())
            return;
        const UnixFileMode Shared = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        File.SetUnixFileMode(Place(0), Shared);
        await KeysAsync("announce");
        File.GetUnixFileMode(Place(1)).ShouldBe(Shared);
        await KeysAsync("rotate");
        File.GetUnixFileMode(Place(0)).ShouldBe(Shared);
    }

    [Fact]
    public async Task A_place_that_a_manifest_lists_is_filled_and_emptied_and_stays_there()
    {
        foreach (var place in (int[])[1, 2])
            await File.WriteAllTextAsync(Place(place), "", TestContext.Current.CancellationToken);
        var old = (await KeysAsync("list")).ShouldHaveSingleItem();
        (await KeysAsync("announce")).Count.ShouldBe(2);
        (await KeysAsync("rotate"))[1].Id.ShouldBe(old.Id);
        (await KeysAsync("remove", old.Id)).ShouldHaveSingleItem();
        _folder.GetFiles().Length.ShouldBe(3);
        new FileInfo(Place(1)).Length.ShouldBe(0);
    }

    private string Place(int place) => Path.Combine(_folder.FullName, $"Voters__SigningKeys__{place}");

    private async Task<IReadOnlyList<(string Id, bool Signs)>> KeysAsync(string step, params string[] more)
    {
        var (code, answer, errors) = await OperatorTool.RunAsync(["keys", step, _folder.FullName, .. more]);
        code.ShouldBe(0, errors);
        return
        [
            .. answer
                .GetProperty("facts")
                .EnumerateArray()
                .Select(key => (key.GetProperty("id").GetString()!, key.GetProperty("signs").GetBoolean())),
        ];
    }
}
