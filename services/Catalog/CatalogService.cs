using MassTransit;

namespace Catalog;

/// <summary>Composes the service: its own Program and Standalone call the same three methods.</summary>
public static class CatalogService
{
    public static void AddCatalog(this WebApplicationBuilder builder)
    {
    }

    /// <summary>What this service hears from the bus.</summary>
    public static void Consumers(IBusRegistrationConfigurator bus)
    {
    }

    public static void MapCatalog(this WebApplication app)
    {
    }
}
