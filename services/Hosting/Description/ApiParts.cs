using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.OpenApi;

namespace Hosting.Description;

/// <summary>What a service says of its part of the API beside its routes.</summary>
public static class ApiParts
{
    private const string Document = "v1";

    /// <summary>Explains a group of routes.</summary>
    public static void DescribeTag(this IHostApplicationBuilder builder, string name, string description) =>
        builder.Describe(document =>
        {
            var tags = document.Tags ??= new HashSet<OpenApiTag>();
            if (tags.FirstOrDefault(tag => tag.Name == name) is { } known)
                known.Description = description;
            else
                tags.Add(new OpenApiTag { Name = name, Description = description });
        });

    /// <summary>Adds a way in which requests prove who they are, for <see cref="RouteDescription.Proves"/>.</summary>
    public static void DescribeSecurity(this IHostApplicationBuilder builder, string name, OpenApiSecurityScheme scheme) =>
        builder.Describe(document =>
        {
            var components = document.Components ??= new OpenApiComponents();
            (components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>())[name] = scheme;
        });

    /// <summary>Gives the whole API its title.</summary>
    /// <param name="description">Markdown.</param>
    public static void DescribeApi(this IHostApplicationBuilder builder, string title, string description) =>
        builder.Describe(document => (document.Info.Title, document.Info.Description) = (title, description));

    private static void Describe(this IHostApplicationBuilder builder, Action<OpenApiDocument> describe) =>
        builder.Services.Configure<OpenApiOptions>(
            Document,
            options =>
                options.AddDocumentTransformer(
                    (document, _, _) =>
                    {
                        describe(document);
                        return Task.CompletedTask;
                    }
                )
        );
}
