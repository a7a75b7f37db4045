using System.Net.Security;
using System.Security.Authentication;
using Hosting.Configuration;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Hosting.Messaging;

/// <summary>The one place that configures MassTransit and owns the broker's topology.</summary>
public static class Bus
{
    /// <summary>
    /// How often the broker hands out a message that no consumer finishes (each one died over it) before it becomes a dead letter.
    /// </summary>
    private const int DeliveryLimit = 10;

    private const string Encrypted = "amqps";
    private const int EncryptedPort = 5671;

    /// <summary>
    /// For publishing what must not vanish: a message that reaches no queue makes the publish fail instead of succeeding silently.
    /// Other transports have no such flag and don't need it.
    /// </summary>
    public static readonly IPipe<PublishContext> Mandatory = Pipe.Execute<PublishContext>(context =>
    {
        if (context.TryGetPayload<RabbitMqSendContext>(out var rabbit))
            rabbit.Mandatory = true;
    });

    /// <summary>
    /// Adds the bus with the consumers of the given services: RabbitMQ when <c>ConnectionStrings:Bus</c> is an <c>amqp</c> address, with
    /// TLS and a server whose certificate is verified when it is an <c>amqps</c> one, MassTransit's in-memory transport when it is
    /// <c>memory</c>.
    /// </summary>
    public static void AddBus(this IHostApplicationBuilder builder, params Action<IBusRegistrationConfigurator>[] consumers)
    {
        var address = builder.Configuration.Required("ConnectionStrings:Bus", "amqp://guest:guest@127.0.0.1:5672");
        var inMemory = address == "memory";
        var broker = inMemory ? null : BrokerAddress(address);

        builder.Services.AddHostedService<BusWatch>();
        // In memory the bus is ready at once, and what is published before is lost; a broker may be unavailable for long, and nobody's
        // start waits for it.
        builder.Services.Configure<MassTransitHostOptions>(host => host.WaitUntilStarted = inMemory);
        builder.Services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            // No service needs the broker to do its own job: votes are taken, pages and tallies served. So it is listed, and fails nobody's
            // readiness.
            bus.ConfigureHealthCheckOptions(health => health.MinimalFailureStatus = HealthStatus.Degraded);
            bus.AddConfigureEndpointsCallback(
                (_, queue, endpoint) =>
                {
                    endpoint.PrefetchCount = 16;
                    if (endpoint is IRabbitMqReceiveEndpointConfigurator rabbit)
                    {
                        SetArguments(rabbit, queue);
                        rabbit.BindDeadLetterQueue(
                            DeadLetters(queue),
                            DeadLetters(queue),
                            dead => dead.SetQueueArgument("x-queue-type", "quorum")
                        );
                    }
                }
            );
            foreach (var add in consumers)
                add(bus);
            if (inMemory)
                bus.UsingInMemory((context, transport) => transport.ConfigureEndpoints(context));
            else
                bus.UsingRabbitMq(
                    (context, transport) =>
                    {
                        transport.Host(broker!, host => VerifyServer(host, broker!));
                        foreach (var route in context.GetServices<Route>())
                            route.Declare(transport);
                        transport.ConfigureEndpoints(context);
                    }
                );
        });
    }

    /// <returns>The address with its port.</returns>
    /// <exception cref="SettingException">It is no address of a broker. The value is never repeated: it may hold a password.</exception>
    public static Uri BrokerAddress(string address)
    {
        const string Setting = "ConnectionStrings:Bus";
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("amqp" or Encrypted))
            throw new SettingException(Setting, "is neither an amqp:// or amqps:// address nor 'memory'");
        if (uri is { Scheme: "amqp", Port: EncryptedPort })
            throw new SettingException(Setting, $"says amqp:// with the port of TLS, {EncryptedPort}; write amqps://");
        return new UriBuilder(uri)
        {
            Port =
                uri.Port > 0 ? uri.Port
                : uri.Scheme == Encrypted ? EncryptedPort
                : 5672,
        }.Uri;
    }

    // By the scheme: the transport itself goes by the port, and accepts any certificate.
    private static void VerifyServer(IRabbitMqHostConfigurator host, Uri broker)
    {
        if (broker.Scheme == Encrypted)
            host.UseSsl(tls =>
            {
                tls.ServerName = broker.Host;
                tls.Protocol = SslProtocols.None;
                tls.EnforcePolicyErrors(
                    SslPolicyErrors.RemoteCertificateNotAvailable
                        | SslPolicyErrors.RemoteCertificateNameMismatch
                        | SslPolicyErrors.RemoteCertificateChainErrors
                );
            });
    }

    /// <summary>
    /// Says which queues a message goes to, so that the publisher declares them too and nothing published before a consumer ever ran is
    /// lost.
    /// </summary>
    public static void AddRoute<TMessage>(this IHostApplicationBuilder builder, params string[] queues)
        where TMessage : class =>
        builder.Services.AddSingleton(
            new Route(transport =>
                transport.Publish<TMessage>(message =>
                {
                    // Straight from the message's exchange. The consumer binds the same queue by way of an exchange of its own; RabbitMQ
                    // puts a message into a queue once, however many bindings lead there.
                    var exchange = transport.MessageTopology.EntityNameFormatter.FormatEntityName<TMessage>();
                    foreach (var queue in queues)
                        message.BindQueue(exchange, queue, binding => SetArguments(binding, queue));
                })
            )
        );

    /// <summary>
    /// A queue's arguments are fixed at its first declaration; consumer and publisher therefore both take them from here. Changed arguments
    /// need a new queue name.
    /// </summary>
    private static void SetArguments(IRabbitMqQueueConfigurator queue, string name)
    {
        queue.Durable = true;
        queue.AutoDelete = false;
        queue.SetQueueArgument("x-queue-type", "quorum");
        queue.SetQueueArgument("x-delivery-limit", DeliveryLimit);
        queue.SetQueueArgument("x-dead-letter-exchange", DeadLetters(name));
    }

    private static string DeadLetters(string queue) => $"{queue}_dead";

    private sealed record Route(Action<IRabbitMqBusFactoryConfigurator> Declare);
}
