using System.Net.Sockets;
using RabbitMQ.Client;
using Testing.Machine;

namespace Testing.Servers;

/// <summary>
/// A RabbitMQ node with its own name, data, cookie and name server, which shares nothing with a node that may run here already.
/// </summary>
public sealed class Rabbit : Server
{
    private readonly string _server = Programs.Required("rabbitmq-server", "rabbitmq-server");
    private readonly string _control = Programs.Required("rabbitmqctl", "rabbitmq-server");
    private readonly string _epmd = Programs.Required("epmd", "erlang-base");
    private readonly int _epmdPort = Ports.Free();
    private readonly int _distributionPort = Ports.Free();
    private readonly string _credentials;
    private Child? _names;

    /// <param name="directory">Gets a folder of this server's.</param>
    /// <param name="configuration">More lines of <c>rabbitmq.conf</c>.</param>
    /// <param name="credentials">User and password of one who may do everything, <c>user:password</c>.</param>
    public Rabbit(string directory, string configuration = "", string credentials = "guest:guest")
        : base("rabbitmq", directory)
    {
        _credentials = credentials;
        File.WriteAllText(
            Path.Combine(Directory, "rabbitmq.conf"),
            $"loopback_users.guest = true\ndisk_free_limit.absolute = 50MB\nlog.console = true\nlog.file = false\n{configuration}"
        );
        File.WriteAllText(Path.Combine(Directory, "enabled_plugins"), "[].\n");
        File.WriteAllText(Path.Combine(Directory, "no-environment.conf"), "");
    }

    public string Address => $"amqp://{_credentials}@127.0.0.1:{Port}";

    public Task<IConnection> Connect() =>
        new ConnectionFactory { Uri = new Uri(Address), AutomaticRecoveryEnabled = false }.CreateConnectionAsync();

    /// <summary>Every queue with the number of messages in it, waiting and unacknowledged.</summary>
    public async Task<IReadOnlyDictionary<string, long>> Queues() =>
        (await Control("list_queues", "name", "messages")).ToDictionary(row => row[0], row => long.Parse(row[1]));

    /// <summary>The queues that a message published to the exchange ends in, over any chain of exchanges.</summary>
    public async Task<IReadOnlyCollection<string>> QueuesOf(string exchange)
    {
        var bindings = await Control("list_bindings", "source_name", "destination_name", "destination_kind");
        var (exchanges, queues) = (new Queue<string>([exchange]), new HashSet<string>());
        while (exchanges.TryDequeue(out var source))
        {
            foreach (var binding in bindings.Where(binding => binding[0] == source))
            {
                if (binding[2] == "queue")
                    queues.Add(binding[1]);
                else
                    exchanges.Enqueue(binding[1]);
            }
        }

        return queues;
    }

    /// <summary>Whether each connection is encrypted, and whose it is.</summary>
    public async Task<IReadOnlyList<(bool Encrypted, string User)>> Connections() =>
        [.. (await Control("list_connections", "ssl", "user")).Select(row => (row[0] == "true", row[1]))];

    private async Task<IReadOnlyList<string[]>> Control(string command, params string[] columns)
    {
        var log = Path.Combine(Directory, $"{command}-{Guid.NewGuid():n}");
        using var asked = Child.Start(log, [_control, "-q", "--no-table-headers", command, .. columns], Environment);
        await asked.Exited(TimeSpan.FromSeconds(30));
        return [.. (await File.ReadAllLinesAsync(log)).Select(line => line.Split('\t')).Where(row => row.Length == columns.Length)];
    }

    protected override Child Start()
    {
        // Erlang's name server would turn itself into a daemon that outlives us; ours is a child like the others.
        if (_names is not { Alive: true })
            _names = Child.Start(
                Log,
                [_epmd, "-port", _epmdPort.ToString(), "-address", "127.0.0.1", "-relaxed_command_check"],
                Environment
            );
        return Child.Start(Log, [_server], Environment);
    }

    protected override async Task<bool> Answers()
    {
        try
        {
            using var probe = new TcpClient();
            await probe.ConnectAsync("127.0.0.1", Port);
        }
        catch (SocketException)
        {
            return false;
        }

        await using var connection = await Connect();
        return connection.IsOpen;
    }

    private Dictionary<string, string?> Environment =>
        new()
        {
            ["HOME"] = Directory,
            ["ERL_EPMD_PORT"] = _epmdPort.ToString(),
            ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
            ["RABBITMQ_NODENAME"] = $"faults-{Port}@localhost",
            ["RABBITMQ_NODE_IP_ADDRESS"] = "127.0.0.1",
            ["RABBITMQ_NODE_PORT"] = Port.ToString(),
            ["RABBITMQ_DIST_PORT"] = _distributionPort.ToString(),
            ["RABBITMQ_MNESIA_BASE"] = Path.Combine(Directory, "mnesia"),
            ["RABBITMQ_LOG_BASE"] = Path.Combine(Directory, "log"),
            ["RABBITMQ_LOGS"] = "-",
            ["RABBITMQ_PID_FILE"] = Path.Combine(Directory, "pid"),
            ["RABBITMQ_CONFIG_FILE"] = Path.Combine(Directory, "rabbitmq.conf"),
            ["RABBITMQ_CONF_ENV_FILE"] = Path.Combine(Directory, "no-environment.conf"),
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(Directory, "enabled_plugins"),
            ["RABBITMQ_GENERATED_CONFIG_DIR"] = Path.Combine(Directory, "generated"),
            ["RABBITMQ_FEATURE_FLAGS_FILE"] = Path.Combine(Directory, "feature_flags"),
            // Two cores are shared with everything else: no schedulers that spin while they wait.
            ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "+S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none",
            // Without it the start script stays as a parent that turns signals into polite requests, and kill -9 would hit the script
            // alone.
            ["RUNNING_UNDER_SYSTEMD"] = "true",
        };
}
