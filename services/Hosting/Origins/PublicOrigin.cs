using Hosting.Configuration;
using Microsoft.Extensions.Configuration;

namespace Hosting.Origins;

/// <summary>The address readers know the site by, when <c>Web:PublicOrigin</c> says it.</summary>
public sealed class PublicOrigin
{
    private const string Setting = "Web:PublicOrigin";

    /// <exception cref="SettingException">The setting is not one http or https address, or has a path.</exception>
    public PublicOrigin(IConfiguration configuration)
    {
        if (configuration[Setting] is not { Length: > 0 })
            return;
        var address = configuration.RequiredAddress(Setting);
        if (address.PathAndQuery != "/")
            throw new SettingException(Setting, $"'{address}' has a path; the site is served at the root of its host");
        Configured =
            WebOrigin.Parse(address.AbsoluteUri)
            ?? throw new SettingException(Setting, $"'{address}' has a host name that can't be written in ASCII");
    }

    public WebOrigin? Configured { get; }
}
