using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MimeKit;
using Testing;
using Testing.Machine;
using Testing.Servers;
using Xunit;

namespace Newsletter.Tests;

/// <summary>
/// Exim, the mail server, with a spool of its own. It takes mail for anyone and puts it into one maildir, refuses or postpones whom it is
/// told to, and may hold a mail at either step until the talk is cut off.
/// </summary>
internal sealed class Exim : Server
{
    public const string User = "press";
    public const string Password = "p@ss word/+";

    private readonly string _exim = Programs.Required("exim4", "exim4-daemon-light");

    // Exim never delivers as root; Debian's package brings this account.
    private readonly string? _account = Programs.Root ? "Debian-exim" : null;

    /// <param name="password">Takes mail only after this password was given.</param>
    /// <param name="tls">Offers STARTTLS, with a certificate of its own authority, and only then asks for the password.</param>
    public Exim(string directory, bool password = false, bool tls = false)
        : base("exim", directory)
    {
        foreach (var name in (string[])["spool", "log", "mail"])
            System.IO.Directory.CreateDirectory(Path.Combine(Directory, name));
        foreach (var list in (string[])["refused", "postponed"])
            File.WriteAllText(Path.Combine(Directory, list), "");
        if (tls)
            WriteCertificate();
        File.WriteAllText(Path.Combine(Directory, "exim.conf"), Configuration(password, tls));
        if (_account is not null)
            Programs.Run("chown", "-R", $"{_account}:{_account}", Directory);
    }

    /// <summary>A server, or a test skipped with a word on what to install.</summary>
    public static T OrSkip<T>(Func<T> server)
    {
        try
        {
            return server();
        }
        catch (MissingProgramException missing)
        {
            Assert.Skip(missing.Message);
            throw;
        }
    }

    /// <summary>The setting <c>Newsletter:Smtp</c> without a password.</summary>
    public string Smtp => $"smtp://127.0.0.1:{Port}";

    /// <summary>The same with the password. By name, since the certificate is for a name.</summary>
    public string SmtpWithPassword => $"smtp://{User}:{Uri.EscapeDataString(Password)}@localhost:{Port}";

    /// <summary>The certificate of the authority that signed the server's.</summary>
    public string Authority => Path.Combine(Directory, "authority.pem");

    public string MainLog => ReadLog("main");

    /// <summary>Every mail delivered so far.</summary>
    public List<MimeMessage> Mails()
    {
        var folder = Path.Combine(Directory, "mail", "new");
        return System.IO.Directory.Exists(folder)
            ? [.. System.IO.Directory.GetFiles(folder).Order(StringComparer.Ordinal).Select(file => MimeMessage.Load(file))]
            : [];
    }

    public void Refuse(string address) => File.AppendAllText(Path.Combine(Directory, "refused"), address + "\n");

    public void Postpone(params string[] addresses) => File.WriteAllLines(Path.Combine(Directory, "postponed"), addresses);

    /// <summary>
    /// Cuts off the next mail: while its recipient is asked about (<c>rcpt</c>), or once its text is there and before it is accepted
    /// (<c>data</c>).
    /// </summary>
    public async Task CutOffAtAsync(string step, Func<Task> meanwhile)
    {
        var hold = Path.Combine(Directory, $"hold-{step}");
        await File.WriteAllTextAsync(hold, "");
        await meanwhile();
        await Eventually.HoldsAsync(
            () => MainLog.Contains($"held at {step}", StringComparison.Ordinal),
            $"a mail is held at {step}",
            TimeSpan.FromSeconds(30)
        );
        File.Delete(hold);
        // Each talk has a process of its own.
        foreach (var talk in Process.GetProcessesByName("exim4").Where(process => ParentOf(process.Id) == Pid))
            talk.Kill();
    }

    protected override Child Start() =>
        Child.Start(Log, [_exim, "-C", Path.Combine(Directory, "exim.conf"), "-bdf", "-q1m"], new Dictionary<string, string?>(), _account);

    protected override async Task<bool> Answers()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Port);
        using var reader = new StreamReader(client.GetStream(), Encoding.ASCII);
        return await reader.ReadLineAsync() is { } greeting && greeting.StartsWith("220", StringComparison.Ordinal);
    }

    private string Configuration(bool password, bool tls) =>
        $$$"""
            primary_hostname = mail.example
            exim_user = {{{_account ?? Environment.UserName}}}
            spool_directory = {{{Directory}}}/spool
            log_file_path = {{{Directory}}}/log/%slog
            pid_file_path = {{{Directory}}}/exim.pid
            local_interfaces = 127.0.0.1
            daemon_smtp_ports = {{{Port}}}
            deliver_drop_privilege
            smtp_accept_queue_per_connection = 0
            keep_environment =
            acl_smtp_mail = check_mail
            acl_smtp_rcpt = check_rcpt
            acl_smtp_data = check_data
            tls_advertise_hosts = {{{(tls ? "*" : "")}}}
            {{{(tls ? $"tls_certificate = {Directory}/server.pem\ntls_privatekey = {Directory}/server.key" : "")}}}

            begin acl
            check_mail:
              {{{(password ? "deny message = 530 5.7.0 Authentication required\n       !authenticated = *" : "")}}}
              accept
            check_rcpt:
              deny  message = 550 5.1.1 <$local_part@$domain> unknown
                    condition = ${lookup{$local_part@$domain}lsearch{{{{Directory}}}/refused}{yes}{no}}
              defer message = 451 4.7.1 <$local_part@$domain> please try again later
                    condition = ${lookup{$local_part@$domain}lsearch{{{{Directory}}}/postponed}{yes}{no}}
              warn  condition = ${if exists{{{{Directory}}}/hold-rcpt}}
                    logwrite  = held at rcpt
                    delay     = 60s
              accept
            check_data:
              warn  condition = ${if exists{{{{Directory}}}/hold-data}}
                    logwrite  = held at data
                    delay     = 60s
              accept

            begin routers
            everyone:
              driver = accept
              transport = mailbox

            begin transports
            mailbox:
              driver = appendfile
              directory = {{{Directory}}}/mail
              maildir_format
              user = {{{_account ?? Environment.UserName}}}

            begin authenticators
            plain:
              driver = plaintext
              public_name = PLAIN
              server_advertise_condition = ${if def:tls_in_cipher}
              server_condition = ${if and{ {eq{$auth2}{{{{User}}}}} {eq{$auth3}{{{{Password}}}}} }}

            """;

    private void WriteCertificate()
    {
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authority = new CertificateRequest("CN=The press's own authority", authorityKey, HashAlgorithmName.SHA256);
        authority.CertificateExtensions.Add(
            new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true)
        );
        var (from, to) = (DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var root = authority.CreateSelfSigned(from, to);

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(root, from, to.AddHours(-1), [1]);

        File.WriteAllText(Authority, root.ExportCertificatePem());
        File.WriteAllText(Path.Combine(Directory, "server.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(Directory, "server.key"), key.ExportPkcs8PrivateKeyPem());
    }

    private string ReadLog(string name)
    {
        var file = Path.Combine(Directory, "log", $"{name}log");
        return File.Exists(file) ? File.ReadAllText(file) : "";
    }

    private static int ParentOf(int pid)
    {
        // The fields after the name in parentheses: state, parent…
        var status = File.ReadAllText($"/proc/{pid}/stat");
        return int.Parse(status[(status.LastIndexOf(')') + 2)..].Split(' ')[1]);
    }
}
