using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Voting.Challenges;

/// <summary>What a challenge looks like, for the description of the API.</summary>
internal static class ChallengeDescription
{
    private const string Example = """
        {
          "type": "urn:problem-type:too-many-new-voters",
          "title": "Too Many Requests",
          "status": 429,
          "detail": "Many people have voted from this network for the first time today.",
          "challenge": {
            "parameters": {
              "algorithm": "PBKDF2/SHA-256",
              "cost": 1000,
              "data": { "for": "6f1d7c0a94be52d38c1f0b7e6a2d4459", "upTo": 1000 },
              "expiresAt": 1893456000,
              "keyLength": 32,
              "keyPrefix": "9d5c0e2b7a6f41388e17c24ab6d30f95",
              "keySignature": "b1946ac92492d2347c6235b4d2611184f3a1c1f2a9f9b1c3d1f0e6f2a4c7d8e9",
              "nonce": "4e1243bd22c66e76c2ba9eddc1f91394",
              "salt": "0b7d2f6c9a4e8135d6f0c2b9a1e4873f"
            },
            "signature": "7d865e959b2466918c9863afca942d0fb89d7c9ac0c99bafc3749504ded97730"
          }
        }
        """;

    /// <summary>Says what a vote is refused with when it may be cast again with the answer to a challenge.</summary>
    public static RouteHandlerBuilder ShowsChallenge(this RouteHandlerBuilder route) =>
        route.AddOpenApiOperationTransformer(
            (operation, _, _) =>
            {
                if (operation.Responses?.GetValueOrDefault("429") is OpenApiResponse refused)
                {
                    refused.Description =
                        "Too many requests, or too many first votes from one network. The latter comes with an ALTCHA v2 challenge: "
                        + "cast the same vote again with its answer in \"altcha\", base64 of "
                        + "{\"challenge\":{\"parameters\",\"signature\"},\"solution\":{\"counter\",\"derivedKey\"}}.";
                    foreach (var content in refused.Content?.Values ?? [])
                        content.Example = JsonNode.Parse(Example);
                }

                return Task.CompletedTask;
            }
        );
}
