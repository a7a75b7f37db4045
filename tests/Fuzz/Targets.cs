using System.Buffers;
using System.Buffers.Text;
using System.Collections;
using System.Net;
using System.Text;
using System.Text.Json;
using Catalog.Editing;
using Catalog.Files;
using Contracts;
using Hosting;
using Hosting.Http;
using Hosting.Origins;
using Hosting.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Newsletter.Subscriptions;
using Operator;
using Operator.Recounting;
using Tally;
using Tally.Counters;
using Tally.Pushing.SignalR;
using Tally.Pushing.Sockets;
using Tally.Pushing.Streams;
using Tally.Reconciling;
using Tally.State;
using Voting.Voters;
using Voting.Votes;

namespace Fuzz;

/// <param name="Make">Makes what takes one input, and throws where something does that no caller handles, or a round trip does not
/// hold.</param>
/// <param name="Seeds">In Latin-1, so that each character is one byte.</param>
internal sealed record Target(Func<Action<byte[]>> Make, Func<string[]> Seeds);

/// <summary>Everything that reads what comes from outside.</summary>
internal static class Targets
{
    public static IReadOnlyDictionary<string, Target> All { get; } =
        new Dictionary<string, Target>
        {
            ["vote"] = new(
                Vote,
                () =>
                    [
                        """{"choice":"ship"}""",
                        """{"Choice":"sk\u0069p","voter":"new","nonce":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","altcha":"e30\u003d","x":[{"y":1.5e3}]}""",
                    ]
            ),
            ["token"] = new(Token, () => [Tokens().Issue().Token]),
            ["cookie"] = new(Cookie, () => ["a=b; __Host-voter=x; voter=y", "__HOST-voter=x;voter = y"]),
            ["mail"] = new(
                () => input => Mail(Encoding.UTF8.GetString(input)),
                () => ["reader+news@example.org", " M\u00c3\u00bcller@b\u00c3\u00bccher.example "]
            ),
            ["subscription"] = new(
                () => Json<SubscriptionAsked>(asked => Mail(asked.Email)),
                () => ["""{"email":"reader@example.org"}""", """{"email":"b\u00fccher@b\u00fccher.example","x":null}"""]
            ),
            ["import"] = new(Import, () => [CatalogSeed]),
            ["query"] = new(
                ListQuery,
                () =>
                    [
                        "q=code&sort=panel&page=2&category=developer-tools&tool=cursor-2-0&verdict=disagree&price=free",
                        "q=%F0%9F%92%A9+%00&page=+1",
                    ]
            ),
            ["position"] = new(Position, () => ["1764201600 a=1 b=9007199254740991", " 1  b=0 c=-1"]),
            ["hub-json"] = new(
                () => Hub(new JsonHubProtocol()),
                () =>
                    [
                        "{\"type\":1,\"invocationId\":\"1\",\"target\":\"Watch\",\"arguments\":[[\"a\",\"b\"]]}\u001e{\"type\":6}\u001e",
                        "{\"type\":4,\"target\":\"x\",\"streamIds\":[\"1\"]}\u001e",
                    ]
            ),
            ["hub-pack"] = new(
                () => Hub(new MessagePackHubProtocol()),
                () =>
                    [
                        "\u0011\u0096\u0001\u0080\u00a1\u0031\u00a5Watch\u0091\u0092\u00a1a\u00a1b\u0090",
                        "\u0002\u0091\u0006",
                        "\u0007\u0094\u0003\u0080\u00a1\u0031\u0002",
                    ]
            ),
            ["handshake"] = new(
                Handshake,
                () => ["{\"protocol\":\"json\",\"version\":1}\u001e", "{\"version\":2,\"protocol\":\"messagepack\"}\u001e{}"]
            ),
            ["slug"] = new(() => input => SlugText(Encoding.UTF8.GetString(input)), () => ["cursor-2-0-vs-smolvlm2-2b", "vs-vs-vs"]),
            ["origin"] = new(
                Origin,
                () => ["http://b\u00c3\u00bccher.example:8080\nxn--bcher-kva.example:8080", "https://[::1]:443\n[::1]", "null\nlocalhost"]
            ),
            ["path"] = new(LocalPaths, () => ["/compare/a-vs-b?x=1#vote", "/\\example.org"]),
            ["conditional"] = new(ConditionalHeaders, () => ["W/\"1\", \"2\"\n\"3\"", "*\n*", "\"\n W/"]),
            ["encoding"] = new(Encodings, () => ["br;q=1.0, gzip;q=0.5, *;q=0", "deflate\n;;q"]),
            ["bearer"] = new(Bearer, () => [EditorsToken, "eyJhbGciOiJub25lIn0.e30."]),
            ["totals"] = new(
                Totals,
                () =>
                    [
                        """{"totals":[{"tool":"a","ship":1,"skip":0,"version":1,"at":"2026-11-27T08:00:00Z","epoch":5,"held":0,"void":0,"networks":1},null]}""",
                    ]
            ),
            ["tools"] = new(Tools, () => ["""{"tools":[{"slug":"a","name":"A","category":"c","retired":false,"version":1},null]}"""]),
            ["ledger"] = new(
                LedgerAnswers,
                () => ["""[{"tool":"a","ship":1,"skip":0,"version":1,"at":"2026-11-27T08:00:00Z","held":0,"void":0},null]"""]
            ),
            ["recount"] = new(
                RecountFeed,
                () =>
                    [
                        """{"entries":[{"id":1,"tool":"a","voter":"AAECAwQFBgcICQoLDA0ODw","choice":"ship","previous":null,"seq":1,"at":"2026-11-27T08:00:00Z"}],"next":1}""",
                    ]
            ),
        };

    private const string CatalogSeed = """
        {"categories":["c",{"slug":"d","name":"D"}],"reviewers":[{"slug":"r","name":"R","role":"x"}],"tools":[{"slug":"a","name":"A","tagline":"t","maker":"m","category":{"slug":"c","name":"C"},
        "description":"d","website":"https://a.example","pricing":"p","entryPrice":{"label":"Free","amount":0,"currency":"USD","period":"month"},"plans":[{"name":"n","amount":1.25,"currency":"EUR"}],
        "reviews":{"r":{"verdict":"ship","quote":"q","at":"2026-01-01T00:00:00Z"}},"publishedAt":"2026-01-01T00:00:00Z"}],"comparisons":[{"a":"a","b":"b","summary":"s","pricing":"p"}]}
        """;

    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly SymmetricSecurityKey Key = new(new byte[32]);

    private static string EditorsToken =>
        new JsonWebTokenHandler().CreateToken(
            new SecurityTokenDescriptor
            {
                Issuer = "i",
                Audience = "a",
                Claims = new Dictionary<string, object> { ["role"] = "editor", ["sub"] = "x" },
                SigningCredentials = new SigningCredentials(Key, SecurityAlgorithms.HmacSha256),
            }
        );

    public static void Hold(bool promise, string what)
    {
        if (!promise)
            throw new InvalidOperationException(what);
    }

    private static VoterTokens Tokens() =>
        new(
            VoterKeys.From(
                new ConfigurationBuilder()
                    .AddInMemoryCollection([new("Voters:SigningKeys:0", Convert.ToBase64String(new byte[32]))])
                    .Build()
            ),
            TimeProvider.System
        );

    private static Action<byte[]> Vote() =>
        input =>
        {
            var whole = VoteRequest.Parse(new ReadOnlySequence<byte>(input));
            Hold(whole.Nonce is null or { Length: VoteRequest.NonceLength }, "the nonce's length");
            // However the server's buffers happen to be cut, the same request is the same vote.
            var cut = VoteRequest.Parse(Pieces.Of(input, 7));
            Hold(
                (whole.Choice, whole.AsksForVoter, whole.AsksForOtherVoter, whole.NonceIsMalformed, whole.Altcha, whole.AltchaIsMalformed)
                    == (cut.Choice, cut.AsksForVoter, cut.AsksForOtherVoter, cut.NonceIsMalformed, cut.Altcha, cut.AltchaIsMalformed)
                    && StructuralComparisons.StructuralEqualityComparer.Equals(whole.Nonce, cut.Nonce),
                "one vote in one piece, another in several"
            );
            if (whole.Choice is not null)
                using (JsonDocument.Parse(input, new JsonDocumentOptions { MaxDepth = 1000 }))
                    return;
        };

    private static Action<byte[]> Token()
    {
        var tokens = Tokens();
        return input =>
        {
            var text = Encoding.Latin1.GetString(input);
            if (tokens.TryVerify(text, out _, out _))
                Hold(Base64Url.EncodeToString(Base64Url.DecodeFromChars(text)) == text, "two spellings of one token");
        };
    }

    private static Action<byte[]> Cookie() =>
        input =>
        {
            var context = new DefaultHttpContext();
            var header = Encoding.Latin1.GetString(input);
            context.Request.Headers.Cookie = header.Split('\n');
            foreach (var name in (string[])["voter", "__Host-voter"])
                if (context.Request.ExactCookie(name) is { } value)
                    Hold(
                        header.Contains($"{name}={value}", StringComparison.Ordinal) && !value.Contains(';', StringComparison.Ordinal),
                        "a cookie nobody sent"
                    );
            VoterOfRequest.Token(context.Request);
        };

    private static void Mail(string? text)
    {
        if (Address.Parse(text) is not { } address)
            return;
        Hold(Address.Parse(address.Value) == address, "the stored address is another");
        Hold(Address.Parse(address.Key)?.Key == address.Key, "the key has another key");
        Hold(Address.Parse(address.Mailbox)?.Mailbox == address.Mailbox, "the mailbox has another mailbox");
        Hold(new MimeKit.MailboxAddress("", address.Value).GetAddress(idnEncode: true) == address.Value, "the mail would go elsewhere");
    }

    private static Action<byte[]> Json<T>(Action<T> take)
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        Service.Shape(options);
        return input =>
        {
            try
            {
                if (JsonSerializer.Deserialize<T>(input, options) is { } made)
                    take(made);
            }
            catch (JsonException)
            {
                // What every caller handles.
            }
        };
    }

    private static Action<byte[]> Import()
    {
        Catalog.Reviewer[] panel = [new("r", "R", "x")];
        return Json<CatalogFile>(file =>
        {
            foreach (var tool in file.Tools ?? [])
                tool?.Whole(new EditErrors(), tool.Slug ?? "", null, null, panel, Now.UtcDateTime);
            foreach (var comparison in file.Comparisons ?? [])
                comparison?.Row(new EditErrors(), "a-vs-b", "a", "b", null, Now.UtcDateTime);
        });
    }

    private static Action<byte[]> ListQuery() =>
        input =>
        {
            var context = new DefaultHttpContext();
            context.Request.QueryString = new QueryString("?" + Encoding.Latin1.GetString(input));
            Catalog.Reading.ListQuery.Read(context.Request, out _);
            var asked = Web.Pages.ToolQuery.From(context.Request.Query);
            context.Request.QueryString = new QueryString(new Uri("http://x" + asked.At(asked.Page)).Query);
            Hold(Web.Pages.ToolQuery.From(context.Request.Query) == asked, "a page's own link asks for something else");
        };

    private static Action<byte[]> Position()
    {
        Standing[] standings = [new(new ToolTotals("a", 1, 0, 1, Now, 5)), new(new ToolTotals("b", 0, 0, 0, default, 5))];
        return input =>
        {
            var position = new StreamPosition(standings);
            foreach (var changed in position.Resume(Encoding.Latin1.GetString(input)))
                position.Reach(changed.Totals);
            var line = new ArrayBufferWriter<byte>();
            position.Write(line);
            Hold(Encoding.UTF8.GetString(line.WrittenSpan) == "id: 5 a=1 b=0\n", "the position after a resume");
            Hold(new StreamPosition(standings).Resume("5 a=1 b=0").Count == 0, "what was told is told again");
        };
    }

    private static Action<byte[]> Hub(IHubProtocol protocol) =>
        input =>
        {
            using var socket = new SentBytes(input);
            using var frames = new Frames(socket, LiveTallies.MostBytes);
            try
            {
                while (frames.ReadAsync(CancellationToken.None).GetAwaiter().GetResult())
                    foreach (var message in frames.Parse(protocol))
                        if (message is InvocationMessage { Arguments: [var tools] } && tools is null or string[])
                            HubCalls.Named((string[]?)tools);
            }
            catch (Exception refusal) when (refusal is InvalidDataException or HubException)
            {
                // Both are said to the reader.
            }
        };

    private static Action<byte[]> Handshake() =>
        input =>
        {
            using var socket = new SentBytes(input);
            using var frames = new Frames(socket, LiveTallies.MostBytes);
            try
            {
                while (frames.ReadAsync(CancellationToken.None).GetAwaiter().GetResult() && frames.ParseHandshake() is null)
                {
                    // More is to come.
                }
            }
            catch (InvalidDataException)
            {
                // Said to the reader.
            }
        };

    private static void SlugText(string text)
    {
        if (Slug.Split(text) is { } tools)
            Hold(
                Slug.Split(Slug.OfComparison(tools.A, tools.B)) is { } same && (same == tools || same == (tools.B, tools.A)),
                "two pairs share one comparison"
            );
        if (Slug.IsValid(text))
            Hold(Uri.EscapeDataString(text) == text && text.Length <= Slug.MaxLength, "a slug that has to be escaped");
        Hold(Transliteration.Fold(text).All(char.IsAscii), "letters that are none of an address");
    }

    private static Action<byte[]> Origin()
    {
        var site = new PublicOrigin(new ConfigurationBuilder().Build());
        var hosts = new ServedHosts(new ConfigurationBuilder().Build(), site, isPublic: true);
        return input =>
        {
            var lines = Encoding.UTF8.GetString(input).Split('\n', 2);
            if (WebOrigin.Parse(lines[0]) is { } origin)
                Hold(WebOrigin.Parse(origin.ToString()) == origin, "an origin that is another once written");
            var context = new DefaultHttpContext();
            context.Request.Headers.Origin = lines[0];
            // The server itself refuses all other characters.
            context.Request.Headers.Host = new string([
                .. lines[^1].Where(c => char.IsAsciiLetterOrDigit(c) || ".-_~:[]%!$&'()*+,;=".Contains(c, StringComparison.Ordinal)),
            ]);
            if (!ServedHosts.IsReadable(context.Request))
                return;
            context.Request.Host.ToUriComponent();
            SameOrigin.Allows(context.Request, site);
            hosts.Serves(context.Request.Host);
        };
    }

    private static Action<byte[]> LocalPaths() =>
        input =>
        {
            var path = Encoding.Latin1.GetString(input);
            if (Web.Requests.LocalPath.IsLocal(path))
                Hold(
                    Uri.TryCreate(new Uri("http://here.example/x"), path, out var to) && to.Host == "here.example",
                    "a way back that leaves the site"
                );
        };

    private static Action<byte[]> ConditionalHeaders() =>
        input =>
        {
            var lines = Encoding.Latin1.GetString(input).Split('\n', 2);
            var context = new DefaultHttpContext();
            (context.Request.Headers.IfNoneMatch, context.Request.Headers.IfMatch) = (lines[0], lines[^1]);
            Catalog.Conditional.Has(context, "W/\"1\"");
            Catalog.Conditional.Refusal(context.Request, "\"1\"");
            Web.Delivery.Tagged.Has(context, Web.Delivery.Tagged.TagOf(input));
        };

    private static Action<byte[]> Encodings() =>
        input =>
            Hold(
                Web.Delivery.AcceptedEncoding.Of(Encoding.Latin1.GetString(input).Split('\n')) is null or "br" or "gzip",
                "an encoding that is not served"
            );

    private static Action<byte[]> Bearer()
    {
        var (handler, check) = (
            new JsonWebTokenHandler(),
            new TokenValidationParameters
            {
                IssuerSigningKey = Key,
                ValidIssuer = "i",
                ValidAudience = "a",
                ValidAlgorithms = [SecurityAlgorithms.HmacSha256],
            }
        );
        return input =>
        {
            // Any failure becomes a 401 as long as it is in the result.
            var result = handler.ValidateTokenAsync(Encoding.Latin1.GetString(input), check).GetAwaiter().GetResult();
            if (result.IsValid)
                ((JsonWebToken)result.SecurityToken).TryGetHeaderValue<object>("crit", out _);
        };
    }

    private static Action<byte[]> Totals() =>
        BusMessage<TotalsMoved>(
            async (board, counters, moved) =>
            {
                var admitted = board.Admit([.. moved.Totals.Where(TotalsOrder.IsSound)]);
                board.Apply(admitted);
                await counters.TakeAsync(admitted, CancellationToken.None);
            }
        );

    private static Action<byte[]> Tools() =>
        BusMessage<ToolsChanged>(
            (_, counters, changed) =>
                counters.TakeAsync([.. Tally.Consumers.ToolsChangedConsumer.Sound(changed, 0)], CancellationToken.None)
        );

    private static Action<byte[]> BusMessage<T>(Func<Board, MemoryCounters, T, Task> take) =>
        input =>
        {
            T? message;
            try
            {
                message = JsonSerializer.Deserialize<T>(input, MassTransit.Serialization.SystemTextJsonMessageSerializer.Options);
            }
            catch (JsonException)
            {
                // To the error queue.
                return;
            }

            if (message is null)
                return;
            var (board, counters) = (new Board(TimeProvider.System), new MemoryCounters());
            take(board, counters, message).GetAwaiter().GetResult();
            foreach (var standing in board.All)
            {
                Hold(
                    standing.Tally
                        is { Ship: >= 0, Skip: >= 0, Total: >= 0, Held: >= 0, Void: >= 0, ShipPercent: null or (>= 0 and <= 100) },
                    "a tally that no votes make"
                );
                Hold(
                    standing.StreamEvent.Length > 0 && standing.HubMessage.GetSerializedMessage(new JsonHubProtocol()).Length > 0,
                    "a tally that can't be sent"
                );
            }
        };

    private static Action<byte[]> LedgerAnswers() =>
        input =>
        {
            var source = new ServicePoller("Voting", NullLogger.Instance);
            using var client = new HttpClient(new Answering(input)) { BaseAddress = new Uri("http://voting") };
            if (source.AskAsync(client, "", ServicePoller.ReadTotalsAsync, CancellationToken.None).GetAwaiter().GetResult() is { } answer)
                new LedgerSnapshot(5, answer).IsContradictedBy(new ToolTotals("a", 1, 0, 1, Now, 5));
            source.AskAsync(client, "", ServicePoller.ReadToolsAsync, CancellationToken.None).GetAwaiter().GetResult();
        };

    private static Action<byte[]> RecountFeed() =>
        input =>
        {
            using var client = new HttpClient(new Answering(input));
            var (recount, histories) = (new Recount([]), new Histories());
            try
            {
                CountAsync().GetAwaiter().GetResult();
            }
            catch (Exception error) when (Output.IsOutside(error))
            {
                // One line for the operator.
            }

            async Task CountAsync()
            {
                await foreach (var page in new Feed(client, [new Uri("http://voting")]).PagesAsync(CancellationToken.None))
                    foreach (var entry in page)
                    {
                        recount.Take(entry);
                        histories.Take(entry);
                    }
            }
        };

    private sealed class Answering(byte[] body) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var content = new ByteArrayContent(body);
            content.Headers.ContentType = new("application/json");
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = content });
        }
    }
}
