using System.Security.Cryptography;
using Hosting;

namespace Standalone;

/// <summary>
/// Points every part of the system at something inside this process or under one data folder: SQLite files, the in-memory bus,
/// in-memory counters, and the process's own address for every service. Whatever is configured explicitly wins.
/// </summary>
internal static class EmbeddedParts
{
    public static void UseEmbeddedParts(this WebApplicationBuilder builder)
    {
        var data = Path.GetFullPath(builder.Configuration["Data"] ?? "data");
        Directory.CreateDirectory(data);
        builder.Services.AddSingleton(DataLock.Take(data));

        var defaults = new Dictionary<string, string?>
        {
            ["ConnectionStrings:Catalog"] = $"Data Source={Path.Combine(data, "catalog.db")}",
            ["ConnectionStrings:Ledger"] = $"Data Source={Path.Combine(data, "ledger.db")}",
            ["ConnectionStrings:Newsletter"] = $"Data Source={Path.Combine(data, "newsletter.db")}",
            ["ConnectionStrings:Bus"] = "memory",
            ["ConnectionStrings:Counters"] = "memory",
            ["Newsletter:Pickup"] = Path.Combine(data, "mail"),
            ["Voters:SigningKeys:0"] = Key(Path.Combine(data, "voters.key")),
        };
        foreach (var service in (string[])["Catalog", "Voting", "Tally", "Newsletter"])
            defaults[$"Services:{service}"] = ServiceClient.Self;
        // First in the list, so that environment and arguments override it.
        builder.Configuration.Sources.Insert(0, new Microsoft.Extensions.Configuration.Memory.MemoryConfigurationSource { InitialData = defaults });

        if (builder.Configuration["urls"] is null && builder.Configuration["http_ports"] is null)
            builder.WebHost.UseUrls("http://localhost:8080");
    }

    /// <summary>The key that signs voters, made once and kept: a lost key would make every reader a new voter.</summary>
    private static string Key(string path)
    {
        if (!File.Exists(path))
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using var file = new StreamWriter(path, options);
            file.Write(Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
        }

        return File.ReadAllText(path).Trim();
    }
}
