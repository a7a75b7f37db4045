using MassTransit;

namespace Web;

/// <summary>Composes the service: its own Program and Standalone call the same three methods.</summary>
public static class WebService
{
    public static void AddWeb(this WebApplicationBuilder builder)
    {
    }

    /// <summary>What this service hears from the bus.</summary>
    public static void Consumers(IBusRegistrationConfigurator bus)
    {
    }

    public static void MapWeb(this WebApplication app)
    {
    }
}
