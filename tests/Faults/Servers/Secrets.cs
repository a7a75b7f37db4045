using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Testing;
using Testing.Machine;

namespace Faults.Tests.Servers;

/// <summary>The folder that <c>make-secrets</c> writes for an installation, and a certificate for its broker.</summary>
public sealed class Secrets
{
    private readonly string _folder;

    public Secrets(string directory)
    {
        _folder = Directory.CreateDirectory(Path.Combine(directory, "secrets")).FullName;
        var script = Built.Path("make-secrets");
        var (code, output) = Programs.Run("bash", script, _folder);
        if (code != 0)
            throw new InvalidOperationException($"make-secrets failed: {output}");
        MakeCertificates();
    }

    /// <summary>Where a TLS listener of the broker finds its files.</summary>
    public string Authority => PathOf("tls/ca.pem");
    public string Certificate => PathOf("tls/server.pem");
    public string CertificateKey => PathOf("tls/server.key");

    public string PathOf(string file) => Path.Combine(_folder, file);

    public string Read(string file) => File.ReadAllText(PathOf(file)).Trim();

    // An authority that no machine trusts, and a server named localhost.
    private void MakeCertificates()
    {
        Directory.CreateDirectory(PathOf("tls"));
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authority = new CertificateRequest("CN=faults", authorityKey, HashAlgorithmName.SHA256);
        authority.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var root = authority.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(2));
        using var serverKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var server = new CertificateRequest("CN=localhost", serverKey, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        server.CertificateExtensions.Add(names.Build());
        using var certificate = server.Create(
            root,
            DateTimeOffset.UtcNow.AddDays(-1),
            DateTimeOffset.UtcNow.AddDays(1),
            RandomNumberGenerator.GetBytes(8)
        );
        File.WriteAllText(Authority, root.ExportCertificatePem());
        File.WriteAllText(Certificate, certificate.ExportCertificatePem());
        File.WriteAllText(CertificateKey, serverKey.ExportPkcs8PrivateKeyPem());
    }
}
