using Contracts.Log;
using Hosting.Configuration;
using NSec.Cryptography;

namespace Voting.Log;

/// <summary>
/// The log's name and the keys that sign its checkpoints, newest first. All of them sign, so that a new key is seen beside the old one for
/// a while before the old one goes.
/// </summary>
public sealed class LogSigner
{
    private const string KeySetting = "Log:SigningKeys";
    private const string PublicKeySetting = "Log:PublicKeys";
    private const string OriginSetting = "Log:Origin";
    private const string DefaultOrigin = "verdicts.localhost/log";
    private readonly IReadOnlyList<Key> _keys;

    private LogSigner(string origin, IReadOnlyList<Key> keys, IEnumerable<byte[]> publicKeys)
    {
        (Origin, _keys) = (origin, keys);
        Keys = [.. publicKeys.Select(key => new VerifierKey(origin, VerifierKey.Ed25519, key))];
    }

    public string Origin { get; }

    /// <summary>The public halves, of which a process that only serves the log may know no more. Empty when it was told none.</summary>
    public IReadOnlyList<VerifierKey> Keys { get; }

    /// <summary>False when another process signs (<c>Log:Signer</c>), or when there is no key.</summary>
    public bool Signs { get; private init; }

    /// <exception cref="SettingException">A key is not 32 bytes in base64, or the origin can't name a signer. A key is never
    /// repeated.</exception>
    public static LogSigner From(IConfiguration configuration)
    {
        var origin = configuration[OriginSetting] is { Length: > 0 } named ? named : DefaultOrigin;
        if (!SignedNote.IsName(origin) || origin.Length > 100)
            throw new SettingException(
                OriginSetting,
                $"'{origin}' can't name a log: at most 100 characters without spaces and '+', such as verdicts.example/log"
            );
        var keys = configuration
            .Keys(KeySetting)
            .Select(seed => Key.Import(SignatureAlgorithm.Ed25519, seed, KeyBlobFormat.RawPrivateKey))
            .ToList();
        var publicKeys =
            keys.Count > 0 ? keys.Select(key => key.PublicKey.Export(KeyBlobFormat.RawPublicKey)) : configuration.Keys(PublicKeySetting);
        return new LogSigner(origin, keys, publicKeys) { Signs = keys.Count > 0 && configuration.Switch("Log:Signer", standard: true) };
    }

    public string Sign(Checkpoint checkpoint)
    {
        var note = new SignedNote(checkpoint.Text, []);
        var bytes = note.SignedBytes();
        var signatures = _keys.Zip(
            Keys,
            (key, public_) => new NoteSignature(Origin, public_.Id, SignatureAlgorithm.Ed25519.Sign(key, bytes))
        );
        return (note with { Signatures = [.. signatures] }).ToString();
    }
}
