using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Hosting.Identity;
using Microsoft.Extensions.Logging;
using Shouldly;
using Testing;
using Testing.Machine;
using Xunit;

namespace Catalog.Tests;

public sealed class EditorTests
{
    private static readonly (HttpMethod Method, string Path)[] EditorRoutes =
    [
        (HttpMethod.Get, "/api/edits"),
        (HttpMethod.Put, "/api/tools/aider"),
        (HttpMethod.Delete, "/api/tools/deepl"),
        (HttpMethod.Put, "/api/tools/deepl/reviews/builder"),
        (HttpMethod.Delete, "/api/tools/deepl/reviews/builder"),
        (HttpMethod.Put, "/api/reviewers/builder"),
        (HttpMethod.Put, "/api/comparisons/deepl-vs-runway"),
        (HttpMethod.Delete, "/api/comparisons/deepl-vs-grammarly"),
        (HttpMethod.Get, "/api/drafts"),
        (HttpMethod.Get, "/api/drafts/tools/deepl"),
        (HttpMethod.Get, "/api/drafts/tools/deepl/preview"),
        (HttpMethod.Put, "/api/drafts/tools/deepl"),
        (HttpMethod.Delete, "/api/drafts/tools/deepl"),
        (HttpMethod.Post, "/api/drafts/tools/deepl/publish"),
        (HttpMethod.Get, "/api/catalog/export"),
        (HttpMethod.Post, "/api/catalog/import"),
    ];

    [Fact]
    public async Task An_operators_token_edits_and_what_the_public_key_alone_can_make_does_not()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var another = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var published = key.ExportSubjectPublicKeyInfoPem();
        await using var catalog = await RunningCatalog.StartAsync(withEditors: true, $"--Editors:PublicKey={published}");
        var soon = DateTimeOffset.UtcNow.AddHours(1);
        (await StatusAsync(EditorKeys.TokenFor("ann", key.ExportPkcs8PrivateKeyPem(), soon))).ShouldBe(HttpStatusCode.OK);
        (await StatusAsync(RunningCatalog.Token())).ShouldBe(HttpStatusCode.OK, "what was configured before still counts");
        (await StatusAsync(EditorKeys.TokenFor("ann", another.ExportPkcs8PrivateKeyPem(), soon))).ShouldBe(HttpStatusCode.Unauthorized);
        (await StatusAsync(EditorKeys.TokenFor("ann", key.ExportPkcs8PrivateKeyPem(), DateTimeOffset.UtcNow.AddMinutes(-2)))).ShouldBe(
            HttpStatusCode.Unauthorized
        );
        foreach (var bytes in (byte[][])[System.Text.Encoding.UTF8.GetBytes(published), key.ExportSubjectPublicKeyInfo()])
            (await StatusAsync(RunningCatalog.Token(issuer: EditorKeys.Name, audience: EditorKeys.Name, key: bytes))).ShouldBe(
                HttpStatusCode.Unauthorized,
                "the public key as a shared one"
            );

        async Task<HttpStatusCode> StatusAsync(string token)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/edits")
            {
                Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) },
            };
            return (await catalog.Reader.SendAsync(request)).StatusCode;
        }
    }

    [Fact]
    public async Task Nobody_edits_with_a_forged_or_foreign_token()
    {
        await using var catalog = await RunningCatalog.StartAsync();
        var good = RunningCatalog.Token();
        var refused = new Dictionary<string, string?>
        {
            ["none"] = null,
            ["nonsense"] = "nonsense",
            ["unsigned"] = RunningCatalog.UnsignedToken(),
            ["another key"] = RunningCatalog.Token(key: RandomNumberGenerator.GetBytes(32)),
            ["another audience"] = RunningCatalog.Token(audience: "someone-else"),
            ["another issuer"] = RunningCatalog.Token(issuer: "someone-else"),
            ["expired"] = RunningCatalog.Token(minutes: -2),
            ["a role slipped in"] = Authority.WithRole(RunningCatalog.Token(role: "reader"), "editor"),
            ["altered"] = good[..^4] + (good.EndsWith("AAAA", StringComparison.Ordinal) ? "BBBB" : "AAAA"),
            ["signed with a key of its own"] = Authority.SignedByItself(RunningCatalog.Issuer, RunningCatalog.Audience),
            ["without an end"] = RunningCatalog.Token(minutes: 60, ends: false),
            ["with a critical extension"] = RunningCatalog.Token(critical: "https://example.com/only-on-tuesdays"),
            ["not yet begun"] = RunningCatalog.Token(begins: 5),
            ["without its signature"] = good[..(good.LastIndexOf('.') + 1)],
        };
        foreach (var (what, token) in refused)
            foreach (var (method, path) in EditorRoutes)
                (await StatusAsync(catalog, method, path, token)).ShouldBe(HttpStatusCode.Unauthorized, $"{what}: {method} {path}");

        foreach (var (method, path) in EditorRoutes)
        {
            (await StatusAsync(catalog, method, path, RunningCatalog.Token(role: null))).ShouldBe(HttpStatusCode.Forbidden);
            (await StatusAsync(catalog, method, path, RunningCatalog.Token(role: "reader"))).ShouldBe(HttpStatusCode.Forbidden);
        }

        ((long)(await catalog.ReadAsync("/api/tools/deepl"))["version"]!).ShouldBe(1);
        (await StatusAsync(catalog, HttpMethod.Put, "/api/tools/aider", good)).ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task With_an_authority_only_its_own_keys_and_kinds_of_signature_count()
    {
        await using var authority = await Authority.StartAsync();
        await using var catalog = await RunningCatalog.StartAsync(withEditors: false, authority.Settings);
        (await StatusAsync(catalog, HttpMethod.Put, "/api/tools/aider", authority.Token())).ShouldBe(HttpStatusCode.Created);
        var refused = new Dictionary<string, string?>
        {
            ["its public key taken for a shared secret"] = authority.SignedWithPublicKey(),
            ["unsigned"] = authority.UnsignedToken(),
            ["signed with a key of its own"] = Authority.SignedByItself(authority.Issuer, Authority.Audience),
            ["a shared key nobody named"] = RunningCatalog.Token(issuer: authority.Issuer, audience: Authority.Audience),
            ["another audience"] = authority.Token(audience: "someone-else"),
            ["another issuer"] = authority.Token(issuer: "https://elsewhere.example"),
            ["a role slipped in"] = Authority.WithRole(authority.Token(role: "reader"), "editor"),
        };
        foreach (var (what, token) in refused)
            foreach (var (method, path) in EditorRoutes)
                (await StatusAsync(catalog, method, path, token)).ShouldBe(HttpStatusCode.Unauthorized, $"{what}: {method} {path}");
        (await StatusAsync(catalog, HttpMethod.Get, "/api/edits", authority.Token(role: "reader"))).ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task While_the_identity_provider_is_down_editors_are_told_to_come_back_and_readers_notice_nothing()
    {
        using var operatorKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var port = Ports.Free();
        string[] settings =
        [
            $"--Authentication:Schemes:Bearer:Authority=http://127.0.0.1:{port}",
            "--Authentication:Schemes:Bearer:RequireHttpsMetadata=false",
            $"--Authentication:Schemes:Bearer:ValidAudiences:0={Authority.Audience}",
            "--Editors:PublicKey=" + operatorKey.ExportSubjectPublicKeyInfoPem(),
        ];
        await using var catalog = await RunningCatalog.StartAsync(withEditors: false, settings);
        await using var elsewhere = await Authority.StartAsync();
        var token = elsewhere.Token(issuer: $"http://127.0.0.1:{port}");
        for (var request = 0; request < 5; request++)
        {
            using var edit = new HttpRequestMessage(HttpMethod.Put, "/api/tools/aider")
            {
                Headers = { Authorization = new("Bearer", token) },
                Content = JsonContent.Create(RunningCatalog.ATool()),
            };
            using var answer = await catalog.Reader.SendAsync(edit);
            answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            answer.Headers.RetryAfter!.Delta!.Value.ShouldBeGreaterThan(TimeSpan.Zero);
            answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
            JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["type"]!
                .ToString()
                .ShouldBe("urn:problem-type:identity-provider-unavailable");
        }

        (await StatusAsync(catalog, HttpMethod.Get, "/api/edits", null)).ShouldBe(
            HttpStatusCode.Unauthorized,
            "who brings no token is not judged by the provider"
        );
        (await StatusAsync(catalog, HttpMethod.Get, "/api/tools", null)).ShouldBe(HttpStatusCode.OK);
        (await StatusAsync(catalog, HttpMethod.Get, "/api/tools", token)).ShouldBe(HttpStatusCode.OK);
        var operators = EditorKeys.TokenFor("ada", operatorKey.ExportPkcs8PrivateKeyPem(), DateTimeOffset.UtcNow.AddHours(1));
        (await StatusAsync(catalog, HttpMethod.Get, "/api/edits", operators)).ShouldBe(HttpStatusCode.OK);
        catalog
            .Logs.Where(line => line.Level >= LogLevel.Warning)
            .ShouldHaveSingleItem()
            .Message.ShouldContain("identity provider is unavailable");
        catalog.Logs.ShouldAllBe(line => line.Error == null);

        await using var provider = await Authority.StartAsync(port);
        await Eventually.HoldsAsync(async () =>
            await StatusAsync(catalog, HttpMethod.Get, "/api/edits", provider.Token()) is HttpStatusCode.OK
        );
        catalog.Logs.ShouldContain(line => line.Message.Contains("available again", StringComparison.Ordinal));
        (await StatusAsync(catalog, HttpMethod.Get, "/api/edits", elsewhere.Token())).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task What_editors_read_is_kept_by_no_cache_and_a_page_of_another_site_edits_nothing()
    {
        await using var catalog = await RunningCatalog.StartAsync();
        (await catalog.Editor.GetAsync("/api/edits")).Headers.CacheControl!.NoStore.ShouldBeTrue();
        using var request = new HttpRequestMessage(HttpMethod.Delete, "/api/tools/deepl");
        request.Headers.Add("Origin", "https://evil.example");
        (await catalog.Editor.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Without_settings_for_editors_nobody_edits()
    {
        await using var catalog = await RunningCatalog.StartAsync(withEditors: false);
        foreach (var token in (string?[])[null, RunningCatalog.Token(), RunningCatalog.UnsignedToken()])
            foreach (var (method, path) in EditorRoutes)
                (await StatusAsync(catalog, method, path, token)).ShouldBe(HttpStatusCode.Unauthorized);
        (await catalog.Reader.GetAsync("/api/tools")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private static async Task<HttpStatusCode> StatusAsync(RunningCatalog catalog, HttpMethod method, string path, string? token)
    {
        using var request = new HttpRequestMessage(method, path)
        {
            Content = method == HttpMethod.Put ? JsonContent.Create(RunningCatalog.ATool()) : null,
        };
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return (await catalog.Reader.SendAsync(request)).StatusCode;
    }
}
