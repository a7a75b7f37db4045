using MassTransit;

namespace Newsletter;

/// <summary>Composes the service: its own Program and Standalone call the same three methods.</summary>
public static class NewsletterService
{
    public static void AddNewsletter(this WebApplicationBuilder builder)
    {
    }

    /// <summary>What this service hears from the bus.</summary>
    public static void Consumers(IBusRegistrationConfigurator bus)
    {
    }

    public static void MapNewsletter(this WebApplication app)
    {
    }
}
