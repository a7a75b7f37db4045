using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Shouldly;
using Testing;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace EndToEnd.Tests;

/// <summary>An editor at work.</summary>
public class EditorsDeskTests(Site site)
{
    [Fact]
    public async Task An_editor_drafts_a_tool_previews_it_publishes_it_and_readers_find_it_at_once()
    {
        await using var editor = await site.NewReaderAsync();
        await using var reader = await site.NewReaderAsync();
        var stranger = await reader.OpenAsync("/");
        var desk = await SignInAsync(editor, "Ada", "/admin/tools");
        await desk.Locator("#new").FillAsync("Aider (2)");
        await desk.GetByRole(AriaRole.Button, new() { Name = "Write it" }).ClickAsync();
        await Expect(desk.Locator("[name=name]")).ToHaveValueAsync("Aider (2)");

        await desk.Locator("[name=tagline]").FillAsync("Pair programming in a terminal");
        await desk.Locator("[name='entryPrice.amount']").FillAsync("about ten");
        await desk.GetByRole(AriaRole.Button, new() { Name = "Publish" }).ClickAsync();
        await Expect(desk.GetByRole(AriaRole.Alert)).ToContainTextAsync("kept as a draft");
        await Expect(desk.Locator("[name='entryPrice.amount']")).ToHaveValueAsync("about ten");
        await Expect(desk.Locator("#f-entryPrice-amount-hint .problem")).ToHaveCountAsync(1);
        await Expect(desk.Locator("#f-website-hint .problem")).ToHaveCountAsync(1);
        await Expect(desk.GetByRole(AriaRole.Alert).GetByRole(AriaRole.Listitem).First).ToHaveTextAsync("What it is: Maker is missing.");
        await Expect(desk.GetByRole(AriaRole.Alert).GetByRole(AriaRole.Link, new() { Name = "What it is: Website" }))
            .ToHaveAttributeAsync("href", "#f-website");
        await Expect(desk.Locator("label[for=f-tagline]")).ToContainTextAsync("(required)");
        await Expect(desk.Locator("label[for=newCategory], label[for=f-newCategory]")).Not.ToContainTextAsync("(required)");
        await desk.GetByRole(AriaRole.Button, new() { Name = "Preview" }).ClickAsync();
        await Expect(desk.GetByRole(AriaRole.Complementary, new() { Name = "Preview" })).ToContainTextAsync("still missing or wrong.");
        await Expect(desk.Locator("main")).ToContainTextAsync("Pair programming in a terminal");
        await desk.GetByRole(AriaRole.Link, new() { Name = "Go on editing" }).ClickAsync();
        (await stranger.GotoAsync("/tools/aider-2"))!.Status.ShouldBe(404);

        foreach (
            var (field, text) in (IEnumerable<(string, string)>)
                [
                    ("maker", "P. G."),
                    ("website", "https://aider.chat"),
                    ("entryPrice.label", "Free"),
                    ("entryPrice.amount", "0"),
                    ("entryPrice.currency", "USD"),
                    ("plans[0].name", "Open source"),
                    ("plans[0].amount", "0"),
                    ("plans[0].currency", "USD"),
                    ("newCategory", "Agents"),
                ]
        )
            await desk.Locator($"input[name='{field}']").FillAsync(text);
        foreach (
            var (field, text) in (IEnumerable<(string, string)>)
                [
                    ("description", "Edits a repository."),
                    ("pricing", "You pay the model’s provider."),
                    ("reviews.builder.quote", "It commits."),
                ]
        )
            await desk.Locator($"textarea[name='{field}']").FillAsync(text);
        await desk.SelectOptionAsync("[name='reviews.builder.verdict']", "ship");
        await desk.GetByRole(AriaRole.Button, new() { Name = "Preview" }).ClickAsync();
        await Expect(desk.Locator("h1")).ToHaveTextAsync("Aider (2)");
        await Expect(desk.Locator("main")).ToContainTextAsync("It commits.");
        (await stranger.GotoAsync("/tools/aider-2"))!.Status.ShouldBe(404);
        (await stranger.GotoAsync("/admin/preview/tools/aider-2"))!.Status.ShouldBe(200);
        await Expect(stranger.Locator("h1")).ToHaveTextAsync("Sign in as an editor");

        await desk.GetByRole(AriaRole.Button, new() { Name = "Publish" }).ClickAsync();
        await Expect(desk).ToHaveURLAsync(new Regex("/tools/aider-2.done=published$"));
        await Expect(desk.GetByRole(AriaRole.Status)).ToContainTextAsync("Published. Readers see it now.");
        await Expect(desk.GetByRole(AriaRole.Link, new() { Name = "back to the desk" })).ToHaveAttributeAsync("href", "/admin");
        await desk.ShouldMeetWcagAsync();
        (await stranger.GotoAsync("/tools/aider-2?fresh"))!.Status.ShouldBe(200);
        await Expect(stranger.Locator("main")).ToContainTextAsync("1 of 1 reviewer would ship with it.");
        await stranger.GotoAsync("/tools?q=aider");
        await Expect(stranger.Locator("main")).ToContainTextAsync("Aider (2)");
        await stranger.GotoAsync("/categories/agents");
        await Expect(stranger.Locator("main")).ToContainTextAsync("Aider (2)");

        // Voting and Tally hear of it by message; a change and its retirement reach them the same way.
        await Eventually.HoldsAsync(async () => (await site.Http.GetAsync("/api/tallies/aider-2")).IsSuccessStatusCode);
        await desk.GotoAsync("/admin/tools/aider-2");
        await desk.Locator("summary", new() { HasText = "Retire" }).ClickAsync();
        await desk.GetByRole(AriaRole.Button, new() { Name = "Retire it" }).ClickAsync();
        await Expect(desk.Locator("header.opening")).ToContainTextAsync("Retired");
        (await site.Http.GetStringAsync("/tools/aider-2?after")).ShouldContain("is retired");
        await desk.Locator("summary", new() { HasText = "Restore" }).ClickAsync();
        await desk.GetByRole(AriaRole.Button, new() { Name = "Restore it" }).ClickAsync();
        await Expect(desk.Locator("header.opening")).ToContainTextAsync("Published.");

        await desk.GotoAsync("/admin/history?slug=aider-2");
        await Expect(desk.Locator(".edits")).ToContainTextAsync("Ada published the new tool aider-2");
        await Expect(desk.Locator(".edits > li").First).ToContainTextAsync("retired");
        editor.Errors.Where(error => !error.Contains("400", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_comparison_is_written_and_removed_and_readers_see_it_at_once()
    {
        await using var editor = await site.NewReaderAsync();
        var desk = await SignInAsync(editor, "Ada", "/admin/comparisons");
        await desk.SelectOptionAsync("#a", "descript");
        await desk.SelectOptionAsync("#b", "deepl");
        await desk.GetByRole(AriaRole.Button, new() { Name = "Write it" }).ClickAsync();
        await desk.Locator("[name=summary]").FillAsync("One moves words between languages, the other between takes.");
        await desk.Locator("[name=pricing]").FillAsync("Both begin free.");
        await desk.GetByRole(AriaRole.Button, new() { Name = "Publish" }).ClickAsync();
        await Expect(desk).ToHaveURLAsync(new Regex("/comparisons/deepl-vs-descript.done=published$"));
        (await site.Http.GetStringAsync("/compare/deepl-vs-descript?1")).ShouldContain("between takes");

        // The very page a stranger was just given: a second old at most.
        (await site.Http.GetStringAsync("/compare/deepl-vs-descript")).ShouldContain("between takes");
        await desk.GotoAsync("/admin/comparisons/deepl-vs-descript");
        await desk.Locator("summary", new() { HasText = "Remove" }).ClickAsync();
        await desk.GetByRole(AriaRole.Button, new() { Name = "Remove it" }).ClickAsync();
        await Expect(desk.Locator("h1")).ToHaveTextAsync("Comparisons");
        await Eventually.HoldsAsync(
            async () => !(await site.Http.GetStringAsync("/compare/deepl-vs-descript")).Contains("between takes", StringComparison.Ordinal),
            "the page is gone",
            TimeSpan.FromSeconds(1.5)
        );
    }

    [Fact]
    public async Task Two_editors_of_one_tool_are_asked_whose_words_to_keep_field_by_field()
    {
        await using var first = await site.NewReaderAsync();
        await using var second = await site.NewReaderAsync();
        var hers = await SignInAsync(first, "Ada", "/admin/tools/runway");
        var his = await SignInAsync(second, "Charles", "/admin/tools/runway");
        await hers.Locator("[name=tagline]").FillAsync("Moving pictures from a sentence.");
        await hers.Locator("[name=maker]").FillAsync("Runway AI");
        await hers.GetByRole(AriaRole.Button, new() { Name = "Publish changes" }).ClickAsync();
        await Expect(hers).ToHaveURLAsync(new Regex("/tools/runway.done=published$"));

        await his.Locator("[name=tagline]").FillAsync("Film, made by asking.");
        await his.Locator("textarea[name=description]").FillAsync("Makes clips.");
        await his.GetByRole(AriaRole.Button, new() { Name = "Publish changes" }).ClickAsync();
        await Expect(his.GetByRole(AriaRole.Alert)).ToContainTextAsync("Ada saved this");
        await Expect(his.GetByRole(AriaRole.Alert)).ToContainTextAsync("Taken from their version: Maker.");
        await Expect(his.Locator(".whose")).ToHaveCountAsync(1);
        await Expect(his.Locator(".whose")).ToContainTextAsync("Moving pictures from a sentence.");
        await Expect(his.Locator("[name=tagline]")).ToHaveValueAsync("Film, made by asking.");
        await Expect(his.Locator("[name=maker]")).ToHaveValueAsync("Runway AI");
        await Expect(his.Locator("textarea[name=description]")).ToHaveValueAsync("Makes clips.");
        await his.ShouldMeetWcagAsync();
        await his.Locator("[name='take.tagline'][value=theirs]").CheckAsync();
        await his.GetByRole(AriaRole.Button, new() { Name = "Publish changes" }).ClickAsync();
        await his.GetByRole(AriaRole.Link, new() { Name = "View the page" }).ClickAsync();
        await Expect(his.Locator("main")).ToContainTextAsync("Moving pictures from a sentence.");
        await Expect(his.Locator("main")).ToContainTextAsync("Makes clips.");
    }

    [Fact]
    public async Task A_field_the_form_does_not_list_survives_every_save_at_the_desk()
    {
        const string Draft = "/api/drafts/tools/notebooklm";
        await using var reader = await site.NewReaderAsync();
        var token = await site.EditorTokenAsync("Grace");
        var began = await ReadAsync(Draft);
        var written = (JsonObject)began["document"]!.DeepClone();
        written["license"] = new JsonObject { ["spdx"] = "MIT", ["osi"] = true };
        written["plans"]![0]!["trialDays"] = 14;
        written["reviews"]!["builder"]!["evidence"] = "https://halo.example/builder";
        await PutAsync(
            Draft,
            new JsonObject { ["base"] = began["base"]!.DeepClone(), ["document"] = written.DeepClone() },
            "If-None-Match",
            "*"
        );

        var desk = await SignInAsync(reader, "Ada", "/admin/tools/notebooklm");
        await desk.Locator("[name=tagline]").FillAsync("Answers, with their sources.");
        await desk.GetByRole(AriaRole.Button, new() { Name = "Save draft" }).ClickAsync();
        await Expect(desk.Locator("header.opening")).ToContainTextAsync("A draft, saved by Ada");
        written["tagline"] = "Answers, with their sources.";
        await ShouldHoldAsync(written);

        // Another program changes such a field while she writes: she is asked about what she typed, not about what she can't see.
        await desk.Locator("textarea[name='reviews.skeptic.quote']").FillAsync("It cites, and I checked.");
        written["license"]!["spdx"] = "Apache-2.0";
        await PutAsync(
            Draft,
            new JsonObject { ["base"] = began["base"]!.DeepClone(), ["document"] = written.DeepClone() },
            "If-Match",
            "*"
        );
        await desk.GetByRole(AriaRole.Button, new() { Name = "Save draft" }).ClickAsync();
        await Expect(desk.GetByRole(AriaRole.Alert)).ToContainTextAsync("Grace saved this");
        await desk.GetByRole(AriaRole.Button, new() { Name = "Save draft" }).ClickAsync();
        written["reviews"]!["skeptic"]!["quote"] = "It cites, and I checked.";
        ((JsonObject)written["reviews"]!["skeptic"]!).Remove("at");
        await ShouldHoldAsync(written);

        // The tool itself is published by somebody else, and the draft brought together with it.
        var published = (JsonObject)await ReadAsync("/api/tools/notebooklm");
        published["maker"] = "Google LLC";
        await PutAsync("/api/tools/notebooklm", published, "If-Match", "*");
        await desk.GetByRole(AriaRole.Button, new() { Name = "Publish changes" }).ClickAsync();
        await Expect(desk.GetByRole(AriaRole.Alert)).ToContainTextAsync("Taken from their version: Maker.");
        await desk.GetByRole(AriaRole.Button, new() { Name = "Save draft" }).ClickAsync();
        await Expect(desk.Locator("header.opening")).ToContainTextAsync("A draft, saved by Ada");
        written["maker"] = "Google LLC";
        await ShouldHoldAsync(written);
        await desk.Locator("summary", new() { HasText = "Discard the draft" }).ClickAsync();
        await desk.GetByRole(AriaRole.Button, new() { Name = "Discard it" }).ClickAsync();

        async Task ShouldHoldAsync(JsonObject document) =>
            await Eventually.GetAsync(
                () => ReadAsync(Draft),
                draft => JsonNode.DeepEquals(draft["document"], document),
                $"the draft is {document.ToJsonString()}"
            );

        async Task<JsonNode> ReadAsync(string path) =>
            JsonNode.Parse(await (await SendAsync(new(HttpMethod.Get, path))).Content.ReadAsStringAsync())!;

        Task PutAsync(string path, JsonObject body, string condition, string tag) =>
            SendAsync(new(HttpMethod.Put, path) { Content = JsonContent.Create(body), Headers = { { condition, tag } } });

        async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request)
        {
            request.Headers.Authorization = new("Bearer", token);
            return (await site.Http.SendAsync(request)).EnsureSuccessStatusCode();
        }
    }

    [Fact]
    public async Task Who_would_rather_begin_with_the_others_words_drops_the_own_ones()
    {
        await using var first = await site.NewReaderAsync();
        await using var second = await site.NewReaderAsync();
        var hers = await SignInAsync(first, "Ada", "/admin/tools/elevenlabs");
        var his = await SignInAsync(second, "Charles", "/admin/tools/elevenlabs");
        await hers.Locator("[name=tagline]").FillAsync("Voices from text.");
        await hers.GetByRole(AriaRole.Button, new() { Name = "Publish changes" }).ClickAsync();
        await Expect(hers).ToHaveURLAsync(new Regex("/tools/elevenlabs.done=published$"));
        await his.Locator("[name=tagline]").FillAsync("Speech, made.");
        await his.GetByRole(AriaRole.Button, new() { Name = "Publish changes" }).ClickAsync();
        await Expect(his.Locator("[name=tagline]")).ToHaveValueAsync("Speech, made.");

        await his.GetByText("Discard my changes and start from theirs").ClickAsync();
        await Expect(his.Locator("[name=tagline]")).ToHaveValueAsync("Voices from text.");
        await Expect(his.Locator("header.opening")).ToContainTextAsync("Published.");
    }

    [Fact]
    public async Task Who_was_signed_out_while_writing_loses_nothing()
    {
        await using var editor = await site.NewReaderAsync();
        var desk = await SignInAsync(editor, "Ada", "/admin/tools/whisper");
        var cookies = await editor.Context.CookiesAsync();
        await desk.Locator("[name=tagline]").FillAsync("Hears nearly everything");
        await editor.Context.ClearCookiesAsync();
        await desk.GetByRole(AriaRole.Button, new() { Name = "Save draft" }).ClickAsync();
        await Expect(desk.GetByRole(AriaRole.Alert)).ToContainTextAsync("nothing you wrote is lost");
        await Expect(desk.Locator("[name=tagline]")).ToHaveValueAsync("Hears nearly everything");

        await editor.Context.AddCookiesAsync(
            cookies.Select(cookie => new Cookie
            {
                Name = cookie.Name,
                Value = cookie.Value,
                Url = site.Address.ToString(),
            })
        );
        await desk.GetByRole(AriaRole.Button, new() { Name = "Save draft" }).ClickAsync();
        await Expect(desk.Locator("header.opening")).ToContainTextAsync("A draft, saved by Ada");
        await desk.Locator("summary", new() { HasText = "Discard the draft" }).ClickAsync();
        await desk.GetByRole(AriaRole.Button, new() { Name = "Discard it" }).ClickAsync();
        await Expect(desk.Locator("[name=tagline]")).Not.ToHaveValueAsync("Hears nearly everything");
    }

    [Fact]
    public async Task The_catalog_goes_out_as_a_file_and_comes_back_after_a_look_at_what_it_changes()
    {
        await using var editor = await site.NewReaderAsync();
        var desk = await SignInAsync(editor, "Ada", "/admin/files");
        var download = await desk.RunAndWaitForDownloadAsync(() =>
            desk.GetByRole(AriaRole.Link, new() { Name = "Download the catalog" }).ClickAsync()
        );
        var file = JsonNode.Parse(await File.ReadAllTextAsync(await download.PathAsync()))!;
        var tool = file["tools"]!.AsArray().Single(tool => tool!["slug"]!.ToString() == "perplexity")!;
        tool["tagline"] = "Answers, with where they come from";

        await ShowAsync(file.ToJsonString());
        await Expect(desk.Locator("main")).ToContainTextAsync("0 new entries, 1 changed");
        await Expect(desk.Locator(".edits")).ToContainTextAsync("Changed tool perplexity: tagline");
        await desk.ShouldMeetWcagAsync();
        (await site.Http.GetStringAsync("/tools/perplexity?1")).ShouldNotContain("where they come from");
        await desk.GetByRole(AriaRole.Button, new() { Name = "Import everything" }).ClickAsync();
        await Expect(desk.Locator("#changes")).ToHaveTextAsync("Imported");
        // An editor's cookie goes past the cache of pages, which may keep the former one for a second.
        (await (await desk.Context.APIRequest.GetAsync("/tools/perplexity")).TextAsync()).ShouldContain("where they come from");

        tool["website"] = "ftp://nowhere";
        await ShowAsync(file.ToJsonString());
        await Expect(desk.GetByRole(AriaRole.Alert)).ToContainTextAsync("tools.perplexity.website");
        await ShowAsync("no JSON");
        await Expect(desk.GetByRole(AriaRole.Alert)).ToContainTextAsync("Nothing was imported.");

        async Task ShowAsync(string text)
        {
            await desk.Locator("#file")
                .SetInputFilesAsync(
                    new FilePayload
                    {
                        Name = "catalog.json",
                        MimeType = "application/json",
                        Buffer = System.Text.Encoding.UTF8.GetBytes(text),
                    }
                );
            await desk.GetByRole(AriaRole.Button, new() { Name = "Preview changes" }).ClickAsync();
        }
    }

    [Fact]
    public async Task A_file_that_is_not_UTF8_is_refused_with_the_line_and_nothing_is_imported()
    {
        await using var editor = await site.NewReaderAsync();
        var desk = await SignInAsync(editor, "Ada", "/admin/files");
        const string File = "{\n  \"categories\": [\n    { \"slug\": \"buros\", \"name\": \"Büros\" }\n  ]\n}\n";
        await desk.Locator("#file")
            .SetInputFilesAsync(
                new FilePayload
                {
                    Name = "catalog.json",
                    MimeType = "application/json",
                    Buffer = System.Text.Encoding.Latin1.GetBytes(File),
                }
            );
        await desk.GetByRole(AriaRole.Button, new() { Name = "Preview changes" }).ClickAsync();
        await Expect(desk.GetByRole(AriaRole.Alert)).ToContainTextAsync("Nothing was imported. The file is not UTF-8: line 3");
        await Expect(desk.GetByRole(AriaRole.Button, new() { Name = "Import everything" })).ToHaveCountAsync(0);
    }

    [Theory]
    [InlineData("Jürgen", "jurgen")]
    [InlineData("Straße nach Łódź (2)", "strasse-nach-lodz-2")]
    public async Task A_new_tools_address_is_made_of_the_letters_its_name_is_read_as(string name, string slug)
    {
        await using var editor = await site.NewReaderAsync();
        var desk = await SignInAsync(editor, "Ada", "/admin/tools");
        await desk.Locator("#new").FillAsync(name);
        await desk.GetByRole(AriaRole.Button, new() { Name = "Write it" }).ClickAsync();
        await Expect(desk).ToHaveURLAsync(new Regex($"/admin/tools/{Regex.Escape(slug)}([?]|$)"));
        await Expect(desk.Locator("[name=name]")).ToHaveValueAsync(name);
    }

    [Fact]
    public async Task Without_an_editors_token_only_the_sign_in_page_is_shown()
    {
        await using var stranger = await site.NewReaderAsync();
        foreach (
            var path in (string[])
                [
                    "/admin",
                    "/admin/history",
                    "/admin/tools",
                    "/admin/tools/runway",
                    "/admin/files",
                    "/admin/files/catalog.json",
                    "/admin/preview/tools/runway",
                ]
        )
            await Expect((await stranger.OpenAsync(path)).Locator("h1")).ToHaveTextAsync("Sign in as an editor");
        var page = await stranger.OpenAsync("/admin");
        await page.Locator("#token").FillAsync("eyJhbGciOiJub25lIn0.eyJyb2xlIjoiZWRpdG9yIn0.");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("not accepted");
        (await stranger.Context.CookiesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_comparison_is_begun_before_its_tool_is_out_and_published_after_it()
    {
        await using var editor = await site.NewReaderAsync();
        var desk = await SignInAsync(editor, "Ada", "/admin/tools/zed?name=Zed");
        foreach (
            var (field, text) in (IEnumerable<(string, string)>)
                [
                    ("tagline", "An editor for many hands"),
                    ("maker", "Zed Industries"),
                    ("website", "https://zed.dev"),
                    ("entryPrice.label", "Free"),
                    ("entryPrice.amount", "0"),
                    ("entryPrice.currency", "USD"),
                ]
        )
            await desk.Locator($"input[name='{field}']").FillAsync(text);
        foreach (var (field, text) in (IEnumerable<(string, string)>)[("description", "Edits text with others."), ("pricing", "Free.")])
            await desk.Locator($"textarea[name='{field}']").FillAsync(text);
        await desk.SelectOptionAsync("[name=category]", "developer-tools");
        await desk.GetByRole(AriaRole.Button, new() { Name = "Save draft" }).ClickAsync();

        await desk.GotoAsync("/admin/comparisons");
        await desk.SelectOptionAsync("#a", new SelectOptionValue { Label = "Zed (draft)" });
        await desk.SelectOptionAsync("#b", "cursor-2-0");
        await desk.GetByRole(AriaRole.Button, new() { Name = "Write it" }).ClickAsync();
        await Expect(desk.Locator("h1")).ToHaveTextAsync("Cursor 2.0 vs Zed");
        await Expect(desk.GetByRole(AriaRole.Note)).ToContainTextAsync("Zed is only a draft.");
        await desk.Locator("[name=summary]").FillAsync("Agents against speed.");
        await desk.Locator("[name=pricing]").FillAsync("Both begin free.");
        await desk.GetByRole(AriaRole.Button, new() { Name = "Publish" }).ClickAsync();
        await Expect(desk.GetByRole(AriaRole.Alert)).ToHaveTextAsync("Not published yet. What you wrote is kept as a draft.");
        await desk.GetByRole(AriaRole.Button, new() { Name = "Preview" }).ClickAsync();
        await Expect(desk.Locator("h1")).ToHaveTextAsync("Cursor 2.0 vs Zed");
        await Expect(desk.Locator("main")).ToContainTextAsync("An editor for many hands");

        await desk.GotoAsync("/admin/preview/tools/zed");
        await desk.GetByRole(AriaRole.Button, new() { Name = "Publish" }).ClickAsync();
        await Expect(desk).ToHaveURLAsync(new Regex("/tools/zed.done=published$"));
        await desk.GotoAsync("/admin/preview/comparisons/cursor-2-0-vs-zed");
        await desk.GetByRole(AriaRole.Button, new() { Name = "Publish" }).ClickAsync();
        await Expect(desk).ToHaveURLAsync(new Regex("/comparisons/cursor-2-0-vs-zed.done=published$"));
        await desk.GetByRole(AriaRole.Link, new() { Name = "View the page" }).ClickAsync();
        await Expect(desk.Locator("main")).ToContainTextAsync("Agents against speed.");
    }

    public static TheoryData<string> Places =>
        [
            "/admin",
            "/admin/tools",
            "/admin/tools/midjourney",
            "/admin/comparisons",
            "/admin/comparisons/deepl-vs-grammarly",
            "/admin/reviewers",
            "/admin/reviewers/builder",
            "/admin/history",
            "/admin/files",
            "/admin/newsletter",
            "/admin/webhooks",
            "/admin/open?kind=tools&name=%3F",
        ];

    [Theory]
    [MemberData(nameof(Places))]
    public async Task Axe_finds_no_violation_at_the_desk(string path)
    {
        await using var editor = await site.NewReaderAsync();
        await (await SignInAsync(editor, "Ada", path)).ShouldMeetWcagAsync();
    }

    [Fact]
    public async Task Axe_finds_no_violation_in_a_preview_and_in_a_form_with_a_fault()
    {
        await using var editor = await site.NewReaderAsync();
        var page = await SignInAsync(editor, "Ada", "/admin/tools/midjourney");
        await page.GetByRole(AriaRole.Button, new() { Name = "Preview" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Complementary, new() { Name = "Preview" })).ToBeVisibleAsync();
        await page.ShouldMeetWcagAsync();

        await page.GotoAsync("/admin/comparisons/deepl-vs-grammarly");
        await page.GetByRole(AriaRole.Button, new() { Name = "Preview" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Complementary, new() { Name = "Preview" })).ToBeVisibleAsync();
        await page.ShouldMeetWcagAsync();

        await page.GotoAsync("/admin/tools/midjourney");
        await page.Locator("[name=website]").FillAsync("nowhere");
        await page.GetByRole(AriaRole.Button, new() { Name = "Publish changes" }).ClickAsync();
        await Expect(page.Locator(".field.wrong")).ToHaveCountAsync(1);
        await page.ShouldMeetWcagAsync();
    }

    private async Task<IPage> SignInAsync(Reader editor, string name, string path = "/admin")
    {
        var page = await editor.OpenAsync("/admin/sign-in");
        await page.Locator("#token").FillAsync(await site.EditorTokenAsync(name));
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("Editors’ desk");
        if (path != "/admin")
            await page.GotoAsync(path);
        return page;
    }
}
