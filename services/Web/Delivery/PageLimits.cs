using Hosting.Limits;
using Microsoft.AspNetCore.Http.HttpResults;
using Web.Pages;

namespace Web.Delivery;

/// <summary>
/// What a person reads who was refused before any page was made: for too many requests from one network, or for a form that another site
/// sent.
/// </summary>
internal static class PageLimits
{
    public const string TooFast = "That was a little fast";

    public const string WhyTooFast =
        "Too many requests came from your network in a short time. Nothing is lost: you can send your form again in a moment.";

    /// <summary>The limiter is the process's, and answers programs; readers of pages get one.</summary>
    public static void AddPageLimits(this IServiceCollection services) =>
        services.PostConfigure<RateLimitRefusal>(refusal =>
        {
            var otherwise = refusal.AnswerAsync;
            refusal.AnswerAsync = (context, seconds) =>
                PageErrors.WantsPage(context.Request)
                    ? RefusalPage.WriteAsync(context, 429, seconds, TooFast, WhyTooFast)
                    : otherwise(context, seconds);
        });

    /// <summary>Refusals that the forms share with the services' addresses, in words for people.</summary>
    public static TBuilder ExplainedAsPages<TBuilder>(this TBuilder forms)
        where TBuilder : IEndpointConventionBuilder =>
        forms.AddEndpointFilter(
            async (context, next) =>
            {
                var answer = await next(context);
                return answer is ProblemHttpResult { StatusCode: 403 } && PageErrors.WantsPage(context.HttpContext.Request)
                    ? Page.Notice(
                        context.HttpContext,
                        403,
                        "This form came from another site",
                        "It was sent by a page of another site, so it was refused and nothing has changed. If you meant to send it, "
                            + "please do so here."
                    )
                    : answer;
            }
        );
}
