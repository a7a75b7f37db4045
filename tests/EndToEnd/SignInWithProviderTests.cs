using System.Net;
using Shouldly;
using Xunit;

namespace EndToEnd.Tests;

/// <summary>Editors sign in with an identity provider, as a browser would be sent around.</summary>
public class SignInWithProviderTests
{
    [Fact]
    public async Task An_editor_of_the_provider_edits_under_the_name_it_gives_and_anybody_else_does_not()
    {
        await using var provider = await IdentityProvider.StartAsync();
        const string Oidc = "--Authentication:Schemes:OpenIdConnect:",
            Bearer = "--Authentication:Schemes:Bearer:";
        await using var site = new StandaloneProcess(
            $"{Oidc}Authority={provider.Address}",
            $"{Oidc}ClientId={IdentityProvider.Client}",
            $"{Oidc}ClientSecret={IdentityProvider.Secret}",
            $"{Oidc}RequireHttpsMetadata=false",
            $"{Bearer}Authority={provider.Address}",
            $"{Bearer}ValidAudiences:0={IdentityProvider.Audience}",
            $"{Bearer}RequireHttpsMetadata=false"
        );
        await site.StartAsync();

        using (var ada = Browser(site))
        {
            (await ada.GetStringAsync("/admin")).ShouldContain("/admin/sign-in/provider");
            var desk = await ada.GetAsync("/admin/sign-in/provider?return=/admin/reviewers/builder");
            desk.StatusCode.ShouldBe(HttpStatusCode.OK, await desk.Content.ReadAsStringAsync());
            desk.RequestMessage!.RequestUri!.PathAndQuery.ShouldBe("/admin/reviewers/builder");
            var tag = (await site.Http.GetAsync("/api/reviewers/builder")).Headers.ETag!.ToString();
            var saved = await ada.PostAsync(
                "/admin/reviewers/builder",
                new FormUrlEncodedContent([new("tag", tag), new("do", "save"), new("name", "The Mason"), new("role", "lays stones")])
            );
            saved.StatusCode.ShouldBe(HttpStatusCode.OK);
            (await ada.GetStringAsync("/admin/history")).ShouldContain("<strong>ada</strong>");
            (await ada.GetAsync("/admin/newsletter")).StatusCode.ShouldBe(HttpStatusCode.OK, "Newsletter takes the same token");
        }

        provider.Person = ("mallory", "reader");
        using var mallory = Browser(site);
        var refused = await mallory.GetAsync("/admin/sign-in/provider");
        refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await refused.Content.ReadAsStringAsync()).ShouldContain("have the editor role");
        (await mallory.GetStringAsync("/admin")).ShouldContain("Sign in as an editor");

        // An answer of the provider's that this browser did not ask for signs nobody in.
        using var stranger = Browser(site);
        (await stranger.GetAsync("/admin/signed-in?code=stolen&state=made-up")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await stranger.GetStringAsync("/admin")).ShouldContain("Sign in as an editor");
    }

    private static HttpClient Browser(StandaloneProcess site)
    {
        var browser = new HttpClient(new SocketsHttpHandler { CookieContainer = new CookieContainer() }) { BaseAddress = site.Address };
        browser.DefaultRequestHeaders.Add("Accept", "text/html");
        return browser;
    }
}
