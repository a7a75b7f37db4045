using System.Net;
using Hosting.Configuration;
using Hosting.Proxies;

namespace Webhooks;

/// <summary>What the operator may set, read and checked once at start.</summary>
/// <param name="SecretKeys">Endpoints' signing keys are sealed with these at rest; the first seals, all of them open.</param>
/// <param name="AllowHttp">Whether an endpoint may be without TLS.</param>
/// <param name="AllowedNetworks">Networks that may be delivered to although they are not public.</param>
/// <param name="Timeout">For one attempt, from the name's resolution to the answer's headers.</param>
/// <param name="Lease">How long a replica that took a delivery has it to itself; longer than an attempt.</param>
internal sealed record WebhooksSettings(
    IReadOnlyList<byte[]> SecretKeys,
    bool AllowHttp,
    IReadOnlyList<IPNetwork> AllowedNetworks,
    TimeSpan Timeout,
    TimeSpan Lease
)
{
    private const string Keys = "Webhooks:SecretKeys";

    /// <exception cref="SettingException">A setting is missing or malformed.</exception>
    public static WebhooksSettings Read(IConfiguration configuration)
    {
        var keys = configuration.Keys(Keys);
        if (keys.Count == 0)
            throw new SettingException($"{Keys}:0", "is missing; give it 32 random bytes in base64");
        var timeout = configuration.Seconds("Webhooks:TimeoutSeconds", 15, 1, 30);
        var lease = configuration.Seconds("Webhooks:LeaseSeconds", 60, 2, 3600);
        if (lease < timeout + TimeSpan.FromSeconds(1))
            throw new SettingException("Webhooks:LeaseSeconds", "is not at least a second longer than Webhooks__TimeoutSeconds");
        return new WebhooksSettings(
            keys,
            configuration.Switch("Webhooks:AllowHttp", standard: false),
            [.. PrivateNetworks.In(configuration.GetSection("Webhooks:AllowedNetworks"))],
            timeout,
            lease
        );
    }
}
