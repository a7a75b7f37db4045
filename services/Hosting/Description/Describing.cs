using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Hosting.Identity;
using Hosting.Limits;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Hosting.Description;

/// <summary>What holds for every operation and schema of every service, so that no route repeats it.</summary>
internal static class Describing
{
    private const string EditorToken = "editorToken";

    public static void Configure(OpenApiOptions options, string name)
    {
        options.CreateSchemaReferenceId = NameOf;
        options.AddSchemaTransformer((schema, context, _) => Run(() => Complete(schema, context.JsonTypeInfo, context.JsonPropertyInfo)));
        options.AddOperationTransformer((operation, context, _) => Run(() => Complete(operation, context)));
        options.AddDocumentTransformer((document, _, _) => Run(() => Complete(document, name)));
    }

    // Any JSON has no shape that a name would stand for.
    private static string? NameOf(JsonTypeInfo type) =>
        Plain(type) == typeof(JsonElement) || Plain(type) == typeof(JsonNode) ? null
        : OpenApiOptions.CreateDefaultSchemaReferenceId(type) is not { } usual ? null
        : Plain(type).GetCustomAttribute<SchemaNameAttribute>()?.Name ?? usual;

    private static Type Plain(JsonTypeInfo type) => Nullable.GetUnderlyingType(type.Type) ?? type.Type;

    private static void Complete(OpenApiSchema schema, JsonTypeInfo type, JsonPropertyInfo? property)
    {
        var plain = Plain(type);
        // A converter of our own writes times, which hides their shape from the framework.
        if (plain == typeof(DateTime) || plain == typeof(DateTimeOffset))
        {
            schema.Type = JsonSchemaType.String;
            schema.Format = "date-time";
            if (plain != type.Type)
                schema.Type |= JsonSchemaType.Null;
        }

        if (plain.IsEnum)
            schema.Type = plain == type.Type ? JsonSchemaType.String : JsonSchemaType.String | JsonSchemaType.Null;
        // A schema with a name is shared, so that what one property says of it would be said of all.
        if (property is null || NameOf(type) is not null)
            schema.Description ??= XmlComments.OfType(plain);
        else if (property.AttributeProvider is PropertyInfo member)
        {
            schema.Description ??= XmlComments.OfProperty(member);
            if (member.GetCustomAttribute<AllowedValuesAttribute>() is { } allowed)
                schema.Enum = [.. allowed.Values.Select(value => value is null ? JsonNullSentinel.JsonNull : (JsonNode)(string)value)];
        }
    }

    private static void Complete(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var responses = operation.Responses ??= [];
        if (metadata.OfType<RateLimit>().Any())
            responses.TryAdd("429", RouteDescription.Problem("Too many requests."));
        foreach (var (status, response) in responses)
            if (status is "429" or "503" && response is OpenApiResponse refused)
                refused.AddHeader("Retry-After", "After how many seconds to try again.", JsonSchemaType.Integer);
        if (metadata.OfType<IAuthorizeData>().Any(authorize => authorize.Policy is EditorAccess.Policy or EditorAccess.Moderators))
            operation.Security = [new() { [new OpenApiSecuritySchemeReference(EditorToken, context.Document)] = [] }];
    }

    private static void Complete(OpenApiDocument document, string name)
    {
        document.Info = new OpenApiInfo { Title = $"{name} API", Version = "1" };
        foreach (var operation in document.Paths.Values.SelectMany(path => path.Operations ?? []).Select(member => member.Value))
        {
            // Routes have added theirs by now, in whatever order.
            var answers = (operation.Responses ?? []).OrderBy(response => response.Key, StringComparer.Ordinal).ToList();
            operation.Responses = [];
            foreach (var (status, response) in answers)
                operation.Responses[status] = response;
        }

        var components = document.Components ??= new OpenApiComponents();
        (components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>())[EditorToken] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            BearerFormat = "JWT",
            Description = "A token with the role `editor`, or `moderator` for moderation.",
        };
        if (
            components.Schemas is not { } schemas
            || !schemas.TryGetValue("ProblemDetails", out var shape)
            || shape is not OpenApiSchema problem
        )
            return;
        problem.Description = "An error (RFC 9457). Branch on `type`, which stays the same between releases; show `detail` to people.";
        problem
            .Properties
            ?["traceId"] = new OpenApiSchema
            {
                Type = JsonSchemaType.String,
                Description = "Finds the request in this site's logs and traces.",
            };
        problem.Examples =
        [
            new JsonObject
            {
                ["type"] = "urn:problem-type:unknown-tool",
                ["title"] = "Not Found",
                ["status"] = 404,
                ["detail"] = "There is no tool with this slug.",
                ["traceId"] = "4bf92f3577b34da6a3ce929d0e0e4736",
            },
        ];
    }

    private static Task Run(Action describe)
    {
        describe();
        return Task.CompletedTask;
    }
}
