using MassTransit;

namespace Tally;

/// <summary>Composes the service: its own Program and Standalone call the same three methods.</summary>
public static class TallyService
{
    public static void AddTally(this WebApplicationBuilder builder)
    {
    }

    /// <summary>What this service hears from the bus.</summary>
    public static void Consumers(IBusRegistrationConfigurator bus)
    {
    }

    public static void MapTally(this WebApplication app)
    {
    }
}
