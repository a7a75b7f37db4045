using System.Collections;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Contracts;
using MassTransit.Serialization;
using Shouldly;
using Xunit;

namespace Manifests.Tests;

/// <summary>
/// In a rolling upgrade two releases speak to each other, and a queue may hold messages of the one before. <c>Released/Messages</c> keeps
/// one message of every shape that was ever sent: none is changed, and a new shape is added with the next number.
/// </summary>
public class MessageTests
{
    private const string Folder = "tests/Manifests/Released/Messages";
    private static readonly NullabilityInfoContext Nullability = new();

    public static TheoryData<string> Shapes => [.. Repository.Files(Folder, "*.json").Select(path => Path.GetFileName(path)).Order()];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_message_of_every_earlier_release_is_still_understood(string file)
    {
        var message = Read(file, Repository.Read($"{Folder}/{file}"));
        Unsaid(message).ShouldBeEmpty("a field that a message of an earlier release doesn't have needs a default");
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_message_of_a_later_release_is_understood_beside_what_it_adds(string file)
    {
        var later = JsonNode.Parse(Repository.Read($"{Folder}/{file}"))!.AsObject();
        later["region"] = new JsonObject { ["name"] = "eu" };
        foreach (var state in later.First().Value!.AsArray())
            state!["weight"] = 0.5;
        Unsaid(Read(file, later.ToJsonString())).ShouldBeEmpty();
    }

    [Fact]
    public void Every_message_has_its_newest_shape_among_those_kept()
    {
        var records = typeof(TotalsMoved)
            .Assembly.GetExportedTypes()
            .Where(type => !type.IsAbstract && type.Namespace == typeof(TotalsMoved).Namespace)
            .ToList();
        var within = records.SelectMany(Lists).Select(list => list.PropertyType.GetGenericArguments()[0]).ToHashSet();
        var messages = records.Where(type => !within.Contains(type)).ToList();
        messages.ShouldContain(typeof(TotalsMoved));
        foreach (var message in messages)
        {
            var newest = Shapes
                .Select(row => row.Data)
                .Where(file => file.Split('.')[0] == message.Name)
                .MaxBy(file => int.Parse(file.Split('.')[1]));
            newest.ShouldNotBeNull($"{Folder} has no {message.Name}.1.json");
            var list = Lists(message).ShouldHaveSingleItem();
            var kept = JsonNode.Parse(Repository.Read($"{Folder}/{newest}"))!.AsObject();
            kept.Select(member => member.Key)
                .ShouldBe(Members(message), ignoreOrder: true, $"{newest} is not the present {message.Name}; keep it and add the next");
            var state = kept[JsonNamingPolicy.CamelCase.ConvertName(list.Name)]![0]!.AsObject();
            state
                .Select(member => member.Key)
                .ShouldBe(
                    Members(list.PropertyType.GetGenericArguments()[0]),
                    ignoreOrder: true,
                    $"{newest} is not the present {message.Name}; keep it and add the next"
                );
        }
    }

    // With the bus's own reader.
    private static object Read(string file, string json) =>
        JsonSerializer.Deserialize(
            json,
            typeof(TotalsMoved).Assembly.GetType($"Contracts.{file.Split('.')[0]}", throwOnError: true)!,
            SystemTextJsonMessageSerializer.Options
        )!;

    // The reader gives null for what the message doesn't say, whatever the type promises.
    private static IEnumerable<string> Unsaid(object message)
    {
        foreach (var property in message.GetType().GetProperties())
        {
            var value = property.GetValue(message);
            if (value is null && Nullability.Create(property).ReadState is not NullabilityState.Nullable)
                yield return $"{message.GetType().Name}.{property.Name}";
            if (value is string or not IEnumerable)
                continue;
            foreach (var unsaid in ((IEnumerable)value).Cast<object>().SelectMany(Unsaid))
                yield return unsaid;
        }
    }

    private static IEnumerable<PropertyInfo> Lists(Type message) =>
        message
            .GetProperties()
            .Where(property => property.PropertyType.IsGenericType && property.PropertyType.IsAssignableTo(typeof(IEnumerable)));

    private static IEnumerable<string> Members(Type type) =>
        type.GetProperties().Select(property => JsonNamingPolicy.CamelCase.ConvertName(property.Name));
}
