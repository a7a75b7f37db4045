using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using Contracts.Log;
using Hosting.Configuration;
using NSec.Cryptography;

namespace Operator.PublicLog;

/// <summary><c>log key</c>: the key that signs a log's checkpoints. Only its public half is ever shown.</summary>
internal static class LogCommands
{
    private const int SeedLength = 32;

    private sealed record Facts(string File, bool IsNew, string Key);

    public static Command Make()
    {
        var file = new Argument<string>("file")
        {
            Description = "Where the secret is or will be, such as the file Log__SigningKeys__0 in the folder of Voting's secrets.",
        };
        var origin = new Option<string>("--origin")
        {
            Description = "The log's name, such as verdicts.example/log.",
            Required = true,
        };
        origin.Validators.Add(given =>
        {
            if (!SignedNote.IsName(given.GetValueOrDefault<string>() ?? ""))
                given.AddError("--origin takes a name without spaces and plus signs.");
        });
        var key = new Command("key", "Make the key that signs checkpoints, unless the file is there, and print its public half for --key.")
        {
            file,
            origin,
        };
        key.Does(
            async (parsed, cancellationToken) =>
            {
                var path = parsed.GetRequiredValue(file);
                var isNew = !File.Exists(path);
                if (isNew)
                    await MakeAsync(path, cancellationToken);
                var vkey = new VerifierKey(parsed.GetRequiredValue(origin), VerifierKey.Ed25519, await PublicKeyAsync(path, cancellationToken));
                return new Findings(true, new Facts(path, isNew, vkey.ToString()), [], Judges: false);
            },
            findings => Console.WriteLine(((Facts)findings.Facts).Key)
        );
        return new Command("log", "The public log that anyone can recount.") { key };
    }

    private static async Task MakeAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(path, PrivateFiles.ToWrite(FileMode.CreateNew));
        await file.WriteAsync(Encoding.ASCII.GetBytes(Convert.ToBase64String(RandomNumberGenerator.GetBytes(SeedLength))), cancellationToken);
        file.Flush(flushToDisk: true);
    }

    /// <exception cref="UnusableException">The file holds something else.</exception>
    private static async Task<byte[]> PublicKeyAsync(string path, CancellationToken cancellationToken)
    {
        var seed = new byte[SeedLength];
        var text = (await File.ReadAllTextAsync(path, cancellationToken)).Trim();
        if (!Convert.TryFromBase64String(text, seed, out var length) || length != SeedLength)
            throw new UnusableException($"{path} is not {SeedLength} bytes in base64.");
        using var key = Key.Import(SignatureAlgorithm.Ed25519, seed, KeyBlobFormat.RawPrivateKey);
        return key.PublicKey.Export(KeyBlobFormat.RawPublicKey);
    }
}
