using Hosting.Description;
using Microsoft.OpenApi;

namespace Voting.Voters;

/// <summary>The two ways in which a request says whose vote it is, for the API's description.</summary>
internal static class VoterSecurity
{
    public const string Cookie = "voterCookie";
    public const string Token = "voterToken";

    public static void DescribeVoters(this IHostApplicationBuilder builder)
    {
        builder.DescribeSecurity(
            Cookie,
            new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.ApiKey,
                In = ParameterLocation.Cookie,
                Name = "__Host-voter",
                Description = "Set by `POST /api/voters` or by the first vote. Its name is `voter` over plain http.",
            }
        );
        builder.DescribeSecurity(
            Token,
            new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "Voter",
                Description =
                    "`Authorization: Voter …` with the `token` that `POST /api/voters` answers, for clients that keep no cookies.",
            }
        );
    }
}
