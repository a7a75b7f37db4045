using System.Reflection;

namespace Testing;

/// <summary>Programs of this repository that a test project has named as <c>AssemblyMetadata</c>, to run them from their build output.</summary>
public static class Built
{
    /// <param name="name">E.g. <c>Voting</c> for <c>Voting.dll</c>.</param>
    /// <returns>A path.</returns>
    public static string Path(string name) =>
        Assembly
            .GetEntryAssembly()!
            .GetCustomAttributes<AssemblyMetadataAttribute>()
            .FirstOrDefault(metadata => metadata.Key == name)
            ?.Value
        ?? throw new InvalidOperationException(
            $"{Assembly.GetEntryAssembly()!.GetName().Name}.csproj does not name {name} as AssemblyMetadata."
        );
}
