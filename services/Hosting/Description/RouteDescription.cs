using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;

namespace Hosting.Description;

/// <summary>What a route's signature does not tell the reader of the API's description. Nothing here changes what the route does.</summary>
public static class RouteDescription
{
    /// <summary>Explains a parameter wherever the routes have it: one meaning a name.</summary>
    /// <param name="example">A value that works with the sample content.</param>
    public static TBuilder ExplainParameter<TBuilder>(this TBuilder routes, string name, string description, JsonNode? example = null)
        where TBuilder : IEndpointConventionBuilder =>
        routes.ForParameter(name, parameter => (parameter.Description, parameter.Example) = (description, example?.DeepClone()));

    /// <summary>Adds a parameter that the handler reads from the query by itself.</summary>
    /// <param name="values">All there are, or none for anything of the type.</param>
    public static TBuilder AddQuery<TBuilder>(
        this TBuilder routes,
        string name,
        string description,
        JsonSchemaType type = JsonSchemaType.String,
        JsonNode? example = null,
        params string[] values
    )
        where TBuilder : IEndpointConventionBuilder => routes.Add(name, ParameterLocation.Query, description, type, example, values);

    /// <summary>Adds a request header.</summary>
    public static TBuilder AddHeader<TBuilder>(this TBuilder routes, string name, string description, JsonNode? example = null)
        where TBuilder : IEndpointConventionBuilder =>
        routes.Add(name, ParameterLocation.Header, description, JsonSchemaType.String, example, []);

    /// <summary>Restricts a parameter to some words.</summary>
    public static TBuilder RestrictParameter<TBuilder>(this TBuilder routes, string name, params string[] values)
        where TBuilder : IEndpointConventionBuilder =>
        routes.ForParameter(
            name,
            parameter =>
            {
                if (parameter.Schema is OpenApiSchema schema)
                    schema.Enum = [.. values.Select(value => (JsonNode)value)];
            }
        );

    /// <summary>Answers carry an ETag, and a request that names it is answered 304.</summary>
    public static TBuilder IsConditional<TBuilder>(this TBuilder routes)
        where TBuilder : IEndpointConventionBuilder =>
        routes
            .AddHeader("If-None-Match", "The ETag of the answer that you have. If it is still the same, the answer is 304 without a body.")
            .AddOpenApiOperationTransformer(
                (operation, _, _) =>
                {
                    var responses = operation.Responses ??= [];
                    responses["304"] = new OpenApiResponse { Description = "Not modified since the answer with that ETag." };
                    foreach (var (status, response) in responses)
                        if (status is "200" or "304" && response is OpenApiResponse answer)
                            answer.AddHeader("ETag", "Names this state; send it as If-None-Match to ask for changes.");
                    return Task.CompletedTask;
                }
            );

    /// <summary>A change of what exists must say which version it is based on.</summary>
    /// <param name="of">Whose ETag that is.</param>
    public static TBuilder IsGuarded<TBuilder>(this TBuilder routes, string of)
        where TBuilder : IEndpointConventionBuilder =>
        routes
            .AddHeader(
                "If-Match",
                $"The ETag of {of} as you read it, so that nobody's edit is lost. Without it, only what is new is created."
            )
            .AddOpenApiOperationTransformer(
                (operation, _, _) =>
                {
                    var responses = operation.Responses ??= [];
                    responses["412"] = Problem("It was changed since you read it, or exists already.");
                    responses["428"] = Problem("It exists, and the request has no If-Match.");
                    foreach (var (status, response) in responses)
                        if (status is "200" or "201" && response is OpenApiResponse answer)
                            answer.AddHeader("ETag", "Names the state after the change.");
                    return Task.CompletedTask;
                }
            );

    /// <summary>Shows a body that can be sent.</summary>
    public static TBuilder ShowRequest<TBuilder>(this TBuilder routes, object example)
        where TBuilder : IEndpointConventionBuilder =>
        routes.AddOpenApiOperationTransformer(
            (operation, context, _) =>
            {
                var body = Write(example, context);
                // What is null need not be sent.
                if (body is JsonObject members)
                    foreach (var name in members.Where(member => member.Value is null).Select(member => member.Key).ToList())
                        members.Remove(name);
                foreach (var content in operation.RequestBody?.Content?.Values ?? [])
                    content.Example = body?.DeepClone();
                return Task.CompletedTask;
            }
        );

    /// <summary>Shows an answer's body.</summary>
    /// <param name="example">Of the type that the route answers; written as the route writes it. A string is a body that is no
    /// JSON.</param>
    public static TBuilder ShowAnswer<TBuilder>(this TBuilder routes, object example, int status = StatusCodes.Status200OK)
        where TBuilder : IEndpointConventionBuilder =>
        routes.AddOpenApiOperationTransformer(
            (operation, context, _) =>
            {
                foreach (var content in operation.Responses?.GetValueOrDefault(status.ToString())?.Content?.Values ?? [])
                    content.Example = Write(example, context);
                return Task.CompletedTask;
            }
        );

    /// <summary>Requests prove who they are in one of these ways.</summary>
    /// <param name="schemes">Names that <see cref="ApiParts.DescribeSecurity"/> explains; an empty one stands for "or not at all".</param>
    public static TBuilder Proves<TBuilder>(this TBuilder routes, params string[] schemes)
        where TBuilder : IEndpointConventionBuilder =>
        routes.AddOpenApiOperationTransformer(
            (operation, context, _) =>
            {
                operation.Security =
                [
                    .. schemes.Select(scheme =>
                        scheme.Length == 0
                            ? new OpenApiSecurityRequirement()
                            : new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(scheme, context.Document)] = [] }
                    ),
                ];
                return Task.CompletedTask;
            }
        );

    internal static void AddHeader(
        this OpenApiResponse response,
        string name,
        string description,
        JsonSchemaType type = JsonSchemaType.String
    )
    {
        var headers = response.Headers ??= new Dictionary<string, IOpenApiHeader>();
        headers[name] = new OpenApiHeader
        {
            Description = description,
            Schema = new OpenApiSchema { Type = type },
        };
    }

    internal static OpenApiResponse Problem(string description) =>
        new()
        {
            Description = description,
            Content = new Dictionary<string, OpenApiMediaType>
            {
                ["application/problem+json"] = new OpenApiMediaType { Schema = new OpenApiSchemaReference("ProblemDetails") },
            },
        };

    private static TBuilder ForParameter<TBuilder>(this TBuilder routes, string name, Action<OpenApiParameter> change)
        where TBuilder : IEndpointConventionBuilder =>
        routes.AddOpenApiOperationTransformer(
            (operation, _, _) =>
            {
                foreach (var parameter in operation.Parameters?.OfType<OpenApiParameter>() ?? [])
                    if (parameter.Name == name)
                        change(parameter);
                return Task.CompletedTask;
            }
        );

    private static TBuilder Add<TBuilder>(
        this TBuilder routes,
        string name,
        ParameterLocation location,
        string description,
        JsonSchemaType type,
        JsonNode? example,
        string[] values
    )
        where TBuilder : IEndpointConventionBuilder =>
        routes.AddOpenApiOperationTransformer(
            (operation, _, _) =>
            {
                (operation.Parameters ??= []).Add(
                    new OpenApiParameter
                    {
                        Name = name,
                        In = location,
                        Description = description,
                        Example = example?.DeepClone(),
                        Schema = new OpenApiSchema
                        {
                            Type = type,
                            Enum = values.Length == 0 ? null : [.. values.Select(value => (JsonNode)value)],
                        },
                    }
                );
                return Task.CompletedTask;
            }
        );

    private static JsonNode? Write(object example, OpenApiOperationTransformerContext context) =>
        JsonSerializer.SerializeToNode(
            example,
            context.ApplicationServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions
        );
}
