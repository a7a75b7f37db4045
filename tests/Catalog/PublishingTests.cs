using System.Data.Common;
using System.Net;
using Dapper;
using Hosting.Databases;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Testing;
using Testing.Servers;
using Xunit;

namespace Catalog.Tests;

public abstract class PublishingTests(SharedPostgres? postgres)
{
    [Fact]
    public async Task The_other_services_hear_of_the_sample_in_one_message_and_of_every_edit()
    {
        await using var catalog = await RunningCatalog.StartOnAsync(postgres);
        await Eventually.HoldsAsync(() => catalog.Heard.Tools.Any(tool => tool.Slug == "cursor-2-0") && !catalog.Heard.Comparisons.IsEmpty);
        catalog.Heard.MessageSizes.First().ShouldBe((int)(await catalog.ReadAsync("/api/tools"))["total"]!);

        await catalog.DeleteAsync("/api/tools/deepl", "\"1\"");
        await Eventually.HoldsAsync(() => catalog.Heard.Tools.Any(tool => tool is { Slug: "deepl", Retired: true, Version: 2 }));

        await catalog.DeleteAsync("/api/comparisons/deepl-vs-grammarly", await catalog.EtagAsync("/api/comparisons/deepl-vs-grammarly"));
        await Eventually.HoldsAsync(() =>
            catalog.Heard.Comparisons.Any(comparison => comparison is { Slug: "deepl-vs-grammarly", Removed: true, Version: 2 })
        );
    }

    [Fact]
    public async Task What_a_crash_left_unpublished_is_published_after_the_next_start()
    {
        await using var catalog = await RunningCatalog.StartOnAsync(postgres);
        await Eventually.HoldsAsync(() => catalog.Heard.Tools.Any(tool => tool.Slug == "runway"));
        await Eventually.HoldsAsync(async () =>
            await ScalarAsync(catalog, "select count(*) from tools where version > published_version") == 0
        );
        await ScalarAsync(catalog, "update tools set version = 9 where slug = 'runway' returning version");
        await catalog.StartAgainAsync();
        await Eventually.HoldsAsync(() => catalog.Heard.Tools.Any(tool => tool is { Slug: "runway", Version: 9 }));
    }

    [Fact]
    public async Task A_restart_keeps_every_edit_and_loads_no_sample_again()
    {
        await using var catalog = await RunningCatalog.StartOnAsync(postgres);
        (await catalog.PutAsync("/api/tools/aider", RunningCatalog.ATool())).StatusCode.ShouldBe(HttpStatusCode.Created);
        (await catalog.DeleteAsync("/api/tools/deepl", "\"1\"")).StatusCode.ShouldBe(HttpStatusCode.OK);
        var before = await catalog.Reader.GetStringAsync("/api/catalog/tools");
        var etag = await catalog.EtagAsync("/api/tools");

        await catalog.StartAgainAsync();

        (await catalog.Reader.GetStringAsync("/api/catalog/tools")).ShouldBe(before);
        (await catalog.EtagAsync("/api/tools")).ShouldBe(etag);
        (await catalog.Reader.GetAsync("/api/tools/aider")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_history_of_edits_keeps_whole_documents_and_who_made_them_and_cannot_be_rewritten()
    {
        await using var catalog = await RunningCatalog.StartOnAsync(postgres);
        await catalog.PutAsync("/api/tools/deepl", RunningCatalog.ATool("Renamed"), "\"1\"");
        var database = catalog.Services.GetRequiredKeyedService<Database>("Catalog");
        await using var connection = await database.Source.OpenConnectionAsync();
        var (editor, previous, next) = await connection.QuerySingleAsync<(string, string, string)>(
            "select editor, previous, next from edits where slug = 'deepl' and kind = 'tool' order by id desc limit 1"
        );
        editor.ShouldBe("ada");
        previous.ShouldContain("\"DeepL\"");
        next.ShouldContain("\"Renamed\"");
        await Should.ThrowAsync<DbException>(() => connection.ExecuteAsync("update edits set editor = 'nobody'"));
        await Should.ThrowAsync<DbException>(() => connection.ExecuteAsync("delete from edits"));
    }

    [Fact]
    public async Task A_long_list_comes_in_pages_without_gap_or_double()
    {
        await using var catalog = await RunningCatalog.StartOnAsync(postgres);
        for (var n = 0; n < 40; n++)
            (await catalog.PutAsync($"/api/tools/made-{n}", RunningCatalog.ATool($"Made {n}"))).StatusCode.ShouldBe(HttpStatusCode.Created);

        var first = await catalog.ReadAsync("/api/tools?sort=newest");
        var (total, pages) = ((int)first["total"]!, (int)first["pages"]!);
        pages.ShouldBe((total + 23) / 24);
        var seen = new List<string>();
        for (var page = 1; page <= pages; page++)
            seen.AddRange(
                (await catalog.ReadAsync($"/api/tools?sort=newest&page={page}"))["tools"]!.AsArray().Select(tool => (string)tool!["slug"]!)
            );
        seen.Count.ShouldBe(total);
        seen.Distinct().Count().ShouldBe(total);
    }

    private static async Task<long> ScalarAsync(RunningCatalog catalog, string sql)
    {
        await using var connection = await catalog.Services.GetRequiredKeyedService<Database>("Catalog").Source.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<long>(sql);
    }
}

public sealed class PublishingOnSqlite() : PublishingTests(null);

public sealed class PublishingOnPostgres(SharedPostgres server) : PublishingTests(server);
