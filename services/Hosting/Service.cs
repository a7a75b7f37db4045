using System.Text.Json;
using System.Text.Json.Serialization;
using Hosting.Configuration;
using Hosting.Connections;
using Hosting.Databases;
using Hosting.Description;
using Hosting.Http;
using Hosting.Limits;
using Hosting.Observability;
using Hosting.Origins;
using Hosting.Proxies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Hosting;

/// <summary>What every process is: the same start, limits, errors, health, metrics and API description.</summary>
public static class Service
{
    /// <summary>
    /// Runs one process to its end. <c>migrate</c> as first argument applies the schema and exits (<c>--wait</c>: once the database
    /// answers); <c>health</c> asks the process that already runs beside it whether it is ready.
    /// </summary>
    /// <param name="usage">What else the program can be told, for <c>--help</c>; each line with its line break.</param>
    /// <returns>The process's exit code: 0, or 1 after one clear line on standard error.</returns>
    public static async Task<int> RunAsync(
        string name,
        string[] args,
        Action<WebApplicationBuilder> add,
        Action<WebApplication> map,
        string usage = ""
    )
    {
        if (CommandLine.AsksForHelp(args))
        {
            await Console.Out.WriteLineAsync(CommandLine.Help(name, usage));
            return 0;
        }

        if (args is ["health", ..])
            return await Health.AskAsync();

        try
        {
            await using var app = Build(name, args, add, map);
            if (args is ["migrate", ..])
            {
                foreach (var schema in app.Services.GetServices<Schema>())
                {
                    if (args.Contains("--wait"))
                        await schema.WhenReachableAsync(apply: true, CancellationToken.None);
                    else
                        await schema.ApplyAsync(CancellationToken.None);
                }

                return 0;
            }

            try
            {
                await app.StartAsync();
            }
            catch
            {
                // What runs in the background already is stopping in good order, not crashing.
                app.Lifetime.StopApplication();
                throw;
            }

            await app.WaitForShutdownAsync();
            return 0;
        }
        catch (Exception error)
            when (error
                    is SettingException
                        or System.Data.Common.DbException
                        or IOException
                        or UnauthorizedAccessException
                        or System.Net.Sockets.SocketException
            )
        {
            await Console.Error.WriteLineAsync($"{name} cannot start. {error.Message}");
            return 1;
        }
    }

    /// <summary>Builds the process without running it; tests start it on a free port.</summary>
    public static WebApplication Build(string name, string[] args, Action<WebApplicationBuilder> add, Action<WebApplication> map)
    {
        var builder = WebApplication.CreateBuilder(
            new WebApplicationOptions
            {
                ApplicationName = name,
                // Settings come from environment and arguments; watching for settings files that don't exist would cost a scarce inotify
                // instance each.
                Args = ["--hostBuilder:reloadConfigOnChange=false", .. args],
                ContentRootPath = AppContext.BaseDirectory,
            }
        );
        AddSecrets(builder, args);
        Settings.RefusePathBase(builder.Configuration);
        AddHosting(builder, name);
        add(builder);
        AddEdge(builder, name);
        builder.AddConnectionLimits();
        var app = builder.Build();
        UseHosting(app);
        map(app);
        HeadEndpoints.Add(app);
        return app;
    }

    /// <summary>
    /// Adds a database by its connection string's name, and the schema embedded in the service's assembly;
    /// both are had by that name: <c>[FromKeyedServices("Ledger")] Schema schema</c>.
    /// </summary>
    /// <param name="afterScripts">What SQL alone can't do to stored data: runs at every start after the scripts, under the same
    /// lock.</param>
    public static Database AddDatabase<TService>(
        this IHostApplicationBuilder builder,
        string connection,
        Func<IServiceProvider, Func<Database, CancellationToken, Task>>? afterScripts = null
    )
    {
        var database = Database.From(builder.Configuration, connection);
        var owner = database.OwnerFrom(builder.Configuration, connection);
        builder.Services.AddKeyedSingleton(connection, database);
        builder.Services.TryAddSingleton(SchemaSettings.From(builder.Configuration));
        builder.Services.AddKeyedSingleton(
            connection,
            (services, _) =>
                new Schema(
                    database,
                    owner,
                    typeof(TService).Assembly,
                    services.GetRequiredService<ILogger<Schema>>(),
                    afterScripts?.Invoke(services)
                )
        );
        // Also without a key, for the command that applies them all; with it, for a service that waits for its own among several.
        builder.Services.AddSingleton(services => services.GetRequiredKeyedService<Schema>(connection));
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, SchemaAtStart>());
        return database;
    }

    // One file per setting, named like its environment variable: how Kubernetes and Compose hand over secrets. Files rather than
    // environment, which every child process inherits and every look at the container shows. Arguments still win.
    private static void AddSecrets(WebApplicationBuilder builder, string[] args)
    {
        const string Setting = "SECRETS_DIR";
        if (builder.Configuration[Setting] is not { Length: > 0 } folders)
            return;
        foreach (var folder in folders.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!Directory.Exists(folder))
                throw new SettingException(Setting, $"'{folder}' is not a folder");
            try
            {
                builder.Configuration.AddKeyPerFile(Path.GetFullPath(folder), optional: false);
            }
            catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
            {
                throw new SettingException(Setting, $"a file in '{folder}' can't be read by this account: {unreadable.Message}");
            }
        }

        builder.Configuration.AddCommandLine(args);
    }

    private static void AddHosting(WebApplicationBuilder builder, string name)
    {
        // As settings of the lowest rank, so that the platform's own (Logging__Console__FormatterName=json) count for more.
        builder.Configuration.Sources.Insert(
            0,
            new MemoryConfigurationSource
            {
                InitialData = new Dictionary<string, string?>
                {
                    ["Logging:Console:FormatterName"] = ConsoleFormatterNames.Simple,
                    ["Logging:Console:FormatterOptions:SingleLine"] = "true",
                    ["Logging:Console:FormatterOptions:UseUtcTimestamp"] = "true",
                    ["Logging:Console:FormatterOptions:TimestampFormat"] = "yyyy-MM-ddTHH:mm:ss.fffZ ",
                },
            }
        );
        // The space parts the time from the rest of a line; in a document it would be part of the time.
        builder.Services.PostConfigure<JsonConsoleFormatterOptions>(json => json.TimestampFormat = json.TimestampFormat?.TrimEnd());
        builder.Logging.ClearProviders().AddConsole();
        builder
            .Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning)
            .AddFilter("System.Net.Http", LogLevel.Warning)
            .AddFilter("Polly", LogLevel.Warning)
            // Warns at every start that keys are not kept; nothing here is protected with them.
            .AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error)
            // What is missing is what /health/ready answers; repeating it at every probe would drown the log during an outage.
            .AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.Critical)
            .AddFilter("MassTransit", LogLevel.Critical)
            .AddFilter("MassTransit.ReceiveTransport", LogLevel.Error);
        builder.AddDiscreetLogs();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 64 * 1024;
            // A browser's headers fit many times; a client that sends them letter by letter is cut off, and one that says nothing more is
            // not waited for.
            kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
            kestrel.Limits.MaxRequestHeaderCount = 64;
            // Shorter than the time a connection has for its first request, so that the client learns why.
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(8);
            kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(75);
        });
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(new PublicOrigin(builder.Configuration));
        builder.Services.ConfigureHttpJsonOptions(json => Shape(json.SerializerOptions));
        builder.Services.AddProblemDetails(problems => problems.CustomizeProblemDetails = Problems.Complete);
        builder.Services.AddExceptionHandler<ExceptionLog>();
        ApiDescription.Add(builder, name);
        builder.Services.AddHealthChecks();
        HealthMetrics.Add(builder);
        builder.AddCallers();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(25));
    }

    // What depends on whether strangers reach this process, which the services that are added say.
    private static void AddEdge(WebApplicationBuilder builder, string name)
    {
        var isPublic = builder.HasPublicEdge();
        builder.Services.AddSingleton(services => new ServedHosts(
            builder.Configuration,
            services.GetRequiredService<PublicOrigin>(),
            isPublic
        ));
        ServedHosts.ReplaceFramework(builder.Services);
        builder.AddTelemetry(name, isPublic);
    }

    private static void UseHosting(WebApplication app)
    {
        app.UseConnectionLimits();
        app.UseCallers();
        app.UseExceptionHandler(
            new ExceptionHandlerOptions
            {
                // A request that is not readable (body too large, cut off…) is the sender's error, not ours.
                StatusCodeSelector = error =>
                    error is BadHttpRequestException bad ? bad.StatusCode : StatusCodes.Status500InternalServerError,
                // Failures says it better.
                SuppressDiagnosticsCallback = _ => true,
                // Not the framework's writer: it writes nothing for clients that accept only HTML, such as a browser that opens an API's
                // address in a browser.
                ExceptionHandler = Problems.ExplainAsync,
            }
        );
        app.UseStatusCodePages(refused => Problems.ExplainAsync(refused.HttpContext));
        ServedHosts.Use(app);
        app.UseRateLimits();
        app.UseJsonCharset();
        app.UseLargeBodies();
        app.MapHealth();
        app.MapMetrics();
        ApiDescription.Map(app);
    }

    /// <summary>
    /// How all JSON looks: camelCase, enums as words, numbers never as strings, nothing nested deeper than it needs to be.
    /// </summary>
    public static void Shape(JsonSerializerOptions json)
    {
        json.Converters.Add(new UtcConverter());
        json.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
        json.NumberHandling = JsonNumberHandling.Strict;
        json.RespectNullableAnnotations = true;
        json.RespectRequiredConstructorParameters = true;
        json.MaxDepth = 16;
    }
}
