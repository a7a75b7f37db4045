using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Hosting;

/// <summary>The one place that configures MassTransit and owns the broker's topology.</summary>
public static class Bus
{
    /// <summary>
    /// Adds the bus with the consumers of the given services: RabbitMQ when <c>ConnectionStrings:Bus</c> is an <c>amqp</c> address,
    /// MassTransit's in-memory transport when it is <c>memory</c>.
    /// </summary>
    public static void AddBus(this IHostApplicationBuilder builder, params Action<IBusRegistrationConfigurator>[] consumers)
    {
        var address = builder.Configuration.Required("ConnectionStrings:Bus", "amqp://guest:guest@127.0.0.1:5672");
        var inMemory = address == "memory";
        if (!inMemory && !(Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "amqp" or "amqps"))
            throw new SettingException("ConnectionStrings:Bus", "is neither an amqp:// address nor 'memory'");

        builder.Services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            // No service needs the broker to do its own job: votes are taken, pages and tallies served. So it is listed, and fails nobody's readiness.
            bus.ConfigureHealthCheckOptions(health => health.MinimalFailureStatus = HealthStatus.Degraded);
            foreach (var add in consumers)
                add(bus);
            if (inMemory)
                bus.UsingInMemory((context, transport) => transport.ConfigureEndpoints(context));
            else
                bus.UsingRabbitMq((context, transport) =>
                {
                    transport.Host(new Uri(address));
                    transport.ConfigureEndpoints(context);
                });
        });
    }

    /// <summary>
    /// For publishing what must not vanish: a message that reaches no queue makes the publish fail instead of succeeding silently.
    /// Other transports have no such flag and don't need it.
    /// </summary>
    public static readonly IPipe<PublishContext> Mandatory = Pipe.Execute<PublishContext>(context =>
    {
        if (context.TryGetPayload<RabbitMqSendContext>(out var rabbit))
            rabbit.Mandatory = true;
    });
}
