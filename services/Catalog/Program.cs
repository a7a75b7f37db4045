using Catalog;
using Hosting;
using Hosting.Messaging;

return await Service.RunAsync(
    "Catalog",
    args,
    builder =>
    {
        builder.AddCatalog();
        builder.AddBus(CatalogService.Consumers);
    },
    app => app.MapCatalog()
);
