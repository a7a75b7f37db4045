using System.Net;
using AngleSharp;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using Hosting;
using Microsoft.AspNetCore.Builder;
using Web.Proxy;

namespace Web.Tests;

/// <summary>Web on a free port before a fake backend, and a reader who asks for pages.</summary>
public sealed class Site : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _http;

    private Site(WebApplication app, FakeBackend backend)
    {
        _app = app;
        Backend = backend;
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
        {
            BaseAddress = new Uri(app.Urls.First()),
        };
    }

    public FakeBackend Backend { get; }
    public Uri Address => _http.BaseAddress!;

    public static async Task<Site> OpenAsync(params string[] settings)
    {
        var backend = await FakeBackend.StartAsync();
        string[] args =
        [
            "--urls=http://127.0.0.1:0",
            "--Web:LiveTimeout=00:01:00",
            "--Web:PageCacheSeconds=0",
            .. new[] { "Catalog", "Tally", "Voting", "Newsletter", "Webhooks" }.Select(service => $"--Services:{service}={backend.Address}"),
            .. settings,
        ];
        var app = Service.Build(
            "Web",
            args,
            builder =>
            {
                builder.AddWeb();
                builder.AddProxy();
            },
            app =>
            {
                app.MapWeb();
                app.MapProxy();
            }
        );
        await app.StartAsync();
        return new Site(app, backend);
    }

    public Task<HttpResponseMessage> GetAsync(string path, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Get, path, null, headers);

    public Task<HttpResponseMessage> PostAsync(
        string path,
        Dictionary<string, string> form,
        params (string Name, string Value)[] headers
    ) => SendAsync(HttpMethod.Post, path, new FormUrlEncodedContent(form), headers);

    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method,
        string path,
        HttpContent? body,
        params (string Name, string Value)[] headers
    )
    {
        using var request = new HttpRequestMessage(method, path) { Content = body };
        if (!headers.Any(header => header.Name == "Accept"))
            request.Headers.Add("Accept", "text/html,application/xhtml+xml,*/*;q=0.8");
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return await _http.SendAsync(request);
    }

    /// <summary>The page as a browser would see it; fails unless it answers with the status.</summary>
    public async Task<IHtmlDocument> PageAsync(
        string path,
        HttpStatusCode expected = HttpStatusCode.OK,
        params (string Name, string Value)[] headers
    )
    {
        using var answer = await GetAsync(path, headers);
        return await ReadAsync(answer, expected);
    }

    public static async Task<IHtmlDocument> ReadAsync(HttpResponseMessage answer, HttpStatusCode expected = HttpStatusCode.OK)
    {
        var html = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(expected, html);
        answer.Content.Headers.ContentType?.MediaType.ShouldBe("text/html");
        return (IHtmlDocument)
            await BrowsingContext
                .New(Configuration.Default)
                .OpenAsync(response =>
                    response.Content(html).Address("http://reader.test" + answer.RequestMessage!.RequestUri!.PathAndQuery)
                );
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.DisposeAsync();
        await Backend.DisposeAsync();
    }
}

internal static class ServiceReading
{
    /// <summary>The words of the first element that matches, with runs of white space made one space.</summary>
    public static string Words(this IParentNode within, string selector) =>
        Words(within.QuerySelector(selector) ?? throw new ShouldAssertException($"Nothing matches {selector}"));

    public static string Words(this INode node) =>
        string.Join(' ', node.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
