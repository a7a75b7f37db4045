using System.Net.Security;
using Hosting.Configuration;
using Hosting.Messaging;
using RabbitMQ.Client;

namespace Operator;

/// <summary>Connects to the broker as the services do: with <c>amqps</c>, only to a server whose certificate is verified.</summary>
internal static class Broker
{
    /// <exception cref="SettingException">The address is malformed.</exception>
    public static ConnectionFactory At(Uri address)
    {
        var broker = Bus.BrokerAddress(address.OriginalString);
        return new ConnectionFactory
        {
            Uri = broker,
            // Instead of what the client derives from the address, which accepts any server's name.
            Ssl = new SslOption
            {
                Enabled = broker.Scheme == "amqps",
                ServerName = broker.Host,
                AcceptablePolicyErrors = SslPolicyErrors.None,
            },
            AutomaticRecoveryEnabled = false,
        };
    }
}
