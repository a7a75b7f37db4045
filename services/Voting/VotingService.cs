using MassTransit;

namespace Voting;

/// <summary>Composes the service: its own Program and Standalone call the same three methods.</summary>
public static class VotingService
{
    public static void AddVoting(this WebApplicationBuilder builder)
    {
    }

    /// <summary>What this service hears from the bus.</summary>
    public static void Consumers(IBusRegistrationConfigurator bus)
    {
    }

    public static void MapVoting(this WebApplication app)
    {
    }
}
