using Hosting;
using Hosting.Configuration;

namespace Standalone;

/// <summary>
/// Points every part of the system at something inside this process or under one data folder: SQLite files, the in-memory bus,
/// in-memory counters, and the process's own address for every service. Whatever is configured explicitly wins.
/// </summary>
internal static class EmbeddedParts
{
    /// <summary>The folder that holds all data, created if it does not exist. Only its owner may read it.</summary>
    public static string DataFolder(IConfiguration configuration)
    {
        var folder = Path.GetFullPath(configuration["Data"] ?? "data");
        PrivateFiles.CreateFolder(folder);
        // Closed only when it is ours already: it may be anything that --Data names.
        if (File.Exists(Path.Combine(folder, DataLock.FileName)))
            PrivateFiles.Close(folder);
        return folder;
    }

    public static void UseEmbeddedParts(this WebApplicationBuilder builder)
    {
        var data = DataFolder(builder.Configuration);
        builder.Services.AddSingleton(DataLock.Take(data));

        var defaults = new Dictionary<string, string?>
        {
            ["ConnectionStrings:Catalog"] = $"Data Source={Path.Combine(data, "catalog.db")}",
            ["ConnectionStrings:Ledger"] = $"Data Source={Path.Combine(data, "ledger.db")}",
            ["ConnectionStrings:Newsletter"] = $"Data Source={Path.Combine(data, "newsletter.db")}",
            ["ConnectionStrings:Webhooks"] = $"Data Source={Path.Combine(data, "webhooks.db")}",
            ["ConnectionStrings:Bus"] = "memory",
            ["ConnectionStrings:Counters"] = "memory",
            ["Newsletter:Pickup"] = Path.Combine(data, "mail"),
            // Beside the ledger and not in it, so that a copy of the database alone leads from no voter to a mark.
            ["Voters:LedgerKey"] = Keys.InFile(Path.Combine(data, "ledger.key")),
            ["Newsletter:PublicBase"] = ServiceClient.Self,
            ["Newsletter:MailboxKey"] = Keys.InFile(Path.Combine(data, "mailboxes.key")),
            ["Webhooks:SecretKeys:0"] = Keys.InFile(Path.Combine(data, "webhooks.key")),
            ["Voters:SigningKeys:0"] = Keys.InFile(Path.Combine(data, "voters.key")),
            ["Log:SigningKeys:0"] = Keys.InFile(Path.Combine(data, "log.key")),
            ["Log:Origin"] = $"localhost/log/{Keys.NameOf(Path.Combine(data, "log.key"))}",
            ["Log:GuardFile"] = Path.Combine(data, "log.checkpoint"),
        };
        foreach (var service in (string[])["Catalog", "Voting", "Tally", "Newsletter", "Webhooks"])
            defaults[$"Services:{service}"] = ServiceClient.Self;
        foreach (var (setting, value) in EditorTokens.Settings(builder.Configuration, data))
            defaults[setting] = value;
        // First in the list, so that environment and arguments override it.
        builder.Configuration.Sources.Insert(
            0,
            new Microsoft.Extensions.Configuration.Memory.MemoryConfigurationSource { InitialData = defaults }
        );

        if (builder.Configuration["urls"] is null && builder.Configuration["http_ports"] is null)
            builder.WebHost.UseUrls("http://localhost:8080");
    }
}
