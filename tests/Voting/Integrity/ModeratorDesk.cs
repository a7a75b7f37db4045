using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using Hosting.Identity;

namespace Voting.Tests.Integrity;

/// <summary>A moderator with a token of their own.</summary>
internal sealed class ModeratorDesk : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public string Setting => $"--Editors:PublicKey={_key.ExportSubjectPublicKeyInfoPem()}";

    public async Task<List<JsonElement>> CasesAsync(TestVoting voting)
    {
        var answer = await SendAsync(voting, HttpMethod.Get, "", moderates: true);
        return [.. (await answer.Content.ReadFromJsonAsync<JsonElement>()).EnumerateArray()];
    }

    /// <returns>The tool's open case; undefined if there is none.</returns>
    public async Task<JsonElement> OpenAsync(TestVoting voting, string tool) =>
        (await CasesAsync(voting)).Find(found =>
            found.GetProperty("tool").GetString() == tool && found.GetProperty("decidedAt").ValueKind is JsonValueKind.Null
        );

    public Task<HttpResponseMessage> DecideAsync(TestVoting voting, long id, string action, object body, bool moderates = true) =>
        SendAsync(voting, HttpMethod.Post, $"/{id}/{action}", moderates, JsonContent.Create(body));

    public void Dispose() => _key.Dispose();

    private async Task<HttpResponseMessage> SendAsync(
        TestVoting voting,
        HttpMethod method,
        string path,
        bool moderates,
        HttpContent? body = null
    )
    {
        using var request = new HttpRequestMessage(method, $"/api/moderation/cases{path}") { Content = body };
        var token = EditorKeys.TokenFor("ada", _key.ExportPkcs8PrivateKeyPem(), DateTimeOffset.UtcNow.AddHours(1), moderates);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await voting.Http.SendAsync(request);
    }
}
