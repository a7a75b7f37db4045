using System.Net;
using Web.Editors.Pages;
using Web.Pages;
using Web.Requests;
using Web.Services;

namespace Web.Editors;

/// <summary>Publishers' endpoints: registered, tried, deleted, and what was delivered to them.</summary>
internal static class WebhooksDesk
{
    private const string Address = "/admin/webhooks";
    private static readonly string[] Actions = ["test", "enable", "rotate"];
    private static readonly char[] Separators = [' ', ',', '\r', '\n', '\t'];

    public static Task<IResult> ShowAsync(HttpContext context, WebhooksClient webhooks) =>
        SignIn.RequiredAsync(context, token => ShowAsync(context, webhooks, token));

    public static Task<IResult> RegisterAsync(HttpContext context, WebhooksClient webhooks) =>
        SignIn.RequiredAsync(
            context,
            async token =>
            {
                var form = await context.FormAsync();
                var tools = (form?["tools"].ToString() ?? "").Split(Separators, StringSplitOptions.RemoveEmptyEntries);
                var url = form?["url"].ToString().Trim();
                var events =
                    from type in form?["events"].ToArray() ?? []
                    select new { type, conditions = tools.Length == 0 || type == "newsletter.published" ? null : new { tools } };
                var (made, status, detail) = await webhooks.SendAsync<Webhook>(
                    HttpMethod.Post,
                    "",
                    token,
                    new { url, events },
                    context.RequestAborted
                );
                return Refuses(status)
                    ? SignIn.AskAgain(context, status)
                    : await ShowAsync(context, webhooks, token, made, made is null ? detail ?? "It was not registered." : null, url);
            }
        );

    public static Task<IResult> ActAsync(string id, string action, HttpContext context, WebhooksClient webhooks) =>
        SignIn.RequiredAsync(
            context,
            async token =>
            {
                var isDeletion = action == "delete";
                if (!isDeletion && !Actions.Contains(action))
                    return Page.SeeOther(context, Address);
                var path = $"/{Uri.EscapeDataString(id)}";
                var (webhook, status, detail) = await webhooks.SendAsync<Webhook>(
                    isDeletion ? HttpMethod.Delete : HttpMethod.Post,
                    isDeletion ? path : $"{path}/{action}",
                    token,
                    null,
                    context.RequestAborted
                );
                if (Refuses(status))
                    return SignIn.AskAgain(context, status);
                if (detail is not null)
                    return await ShowAsync(context, webhooks, token, null, detail);
                return action switch
                {
                    "rotate" => await ShowAsync(context, webhooks, token, webhook),
                    "test" => Page.SeeOther(context, Address + path),
                    _ => Page.SeeOther(context, Address),
                };
            }
        );

    public static Task<IResult> DeliveriesAsync(string id, HttpContext context, WebhooksClient webhooks, string? q, string? before) =>
        SignIn.RequiredAsync(
            context,
            async token =>
            {
                var query = QueryString.Create(
                    new Dictionary<string, string?> { ["q"] = q, ["before"] = before }.Where(part => !string.IsNullOrEmpty(part.Value))
                );
                var (page, status, detail) = await webhooks.SendAsync<WebhookDeliveries>(
                    HttpMethod.Get,
                    $"/{Uri.EscapeDataString(id)}/deliveries{query}",
                    token,
                    null,
                    context.RequestAborted
                );
                return Refuses(status) ? SignIn.AskAgain(context, status)
                    : page is null ? await ShowAsync(context, webhooks, token, null, detail)
                    : Page.Of<WebhookDeliveriesPage, WebhookDeliveriesModel>(
                        Desk.Head(context, "Deliveries"),
                        new WebhookDeliveriesModel(id, page.Deliveries, page.Next, q)
                    );
            }
        );

    public static Task<IResult> RetryAsync(string id, string delivery, HttpContext context, WebhooksClient webhooks) =>
        SignIn.RequiredAsync(
            context,
            async token =>
            {
                var (_, status, detail) = await webhooks.SendAsync<WebhookDelivery>(
                    HttpMethod.Post,
                    $"/deliveries/{Uri.EscapeDataString(delivery)}/retry",
                    token,
                    null,
                    context.RequestAborted
                );
                return Refuses(status) ? SignIn.AskAgain(context, status)
                    : detail is not null ? await ShowAsync(context, webhooks, token, null, detail)
                    : Page.SeeOther(context, $"{Address}/{Uri.EscapeDataString(id)}");
            }
        );

    private static async Task<IResult> ShowAsync(
        HttpContext context,
        WebhooksClient webhooks,
        string token,
        Webhook? made = null,
        string? problem = null,
        string? url = null
    )
    {
        var (list, status) = await webhooks.ListAsync(token, context.RequestAborted);
        return list is null
            ? SignIn.AskAgain(context, status)
            : Page.Of<WebhooksPage, WebhooksModel>(
                Desk.Head(context, "Webhooks"),
                new WebhooksModel(list, made, problem, problem is null ? null : url),
                problem is null ? 200 : 400
            );
    }

    private static bool Refuses(HttpStatusCode status) => status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden;
}
