using Microsoft.Extensions.Hosting;

namespace Hosting.Origins;

/// <summary>
/// Whether strangers reach this process, and not only the service in front of it: only some host names are served then, and what requests
/// say of traces counts for nothing.
/// </summary>
public static class PublicEdge
{
    private static readonly object Key = new();

    /// <summary>Called by the service that strangers talk to, whatever process it is part of.</summary>
    public static void AddPublicEdge(this IHostApplicationBuilder builder) => builder.Properties[Key] = true;

    /// <summary>To be asked when all services are added.</summary>
    internal static bool HasPublicEdge(this IHostApplicationBuilder builder) => builder.Properties.ContainsKey(Key);
}
