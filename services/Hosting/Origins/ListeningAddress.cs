using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Hosting;

namespace Hosting.Origins;

/// <summary>Where this process listens. A port of 0 is a real one only once the server has started, so this waits for that.</summary>
public static class ListeningAddress
{
    private static readonly string[] AnyHost = ["//[::]", "//0.0.0.0", "//+", "//*"];

    /// <param name="host">Stands in for an address that means every interface, which nobody can connect to.</param>
    /// <returns>The first <c>http</c> address, else the first of any scheme. Ends in a slash.</returns>
    public static async Task<Uri> OfAsync(
        IServer server,
        IHostApplicationLifetime lifetime,
        string host,
        CancellationToken cancellationToken
    )
    {
        await lifetime.StartedAsync(cancellationToken);
        var addresses = server.Features.Get<IServerAddressesFeature>()!.Addresses;
        var address = addresses.FirstOrDefault(address => address.StartsWith("http://", StringComparison.Ordinal)) ?? addresses.First();
        return new Uri(AnyHost.Aggregate(address, (known, any) => known.Replace(any, $"//{host}", StringComparison.Ordinal)));
    }
}
