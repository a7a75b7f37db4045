using Shouldly;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace EndToEnd.Tests;

/// <summary>The API reference in a browser.</summary>
public class ReferenceTests(Site site)
{
    [Fact]
    public async Task No_personal_data_the_API_reference_works_under_its_policy_and_contacts_no_other_origin()
    {
        await using var reader = await site.NewReaderAsync();
        List<string> elsewhere = [];
        reader.Context.Request += (_, request) =>
        {
            if (
                request.Url.StartsWith("http", StringComparison.Ordinal)
                && !request.Url.StartsWith(site.Address.ToString(), StringComparison.Ordinal)
            )
                elsewhere.Add(request.Url);
        };
        var page = await reader.OpenAsync("/developers/reference/");
        await Expect(page.GetByText("One tool's tally").First).ToBeVisibleAsync();
        await Expect(page.GetByText("Cast or change a vote").First).ToBeAttachedAsync();
        elsewhere.ShouldBeEmpty();
        reader.Errors.ShouldBeEmpty();
        (await reader.Context.CookiesAsync()).ShouldBeEmpty();
    }
}
