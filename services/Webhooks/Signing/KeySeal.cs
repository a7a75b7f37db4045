using System.Security.Cryptography;
using System.Text;

namespace Webhooks.Signing;

/// <summary>
/// Signing keys at rest: AES-256-GCM under a key from the settings, bound to their endpoint. They must be had in full to sign, so a hash
/// would not do; a copy of the database alone must not be enough to forge a message.
/// </summary>
internal sealed class KeySeal(WebhooksSettings settings)
{
    private const int NonceLength = 12,
        TagLength = 16;

    /// <returns>Base64: nonce, sealed keys, tag.</returns>
    public string Seal(string endpoint, SigningKeys keys)
    {
        var box = new byte[NonceLength + SigningKeys.Length + TagLength];
        RandomNumberGenerator.Fill(box.AsSpan(0, NonceLength));
        using var aes = new AesGcm(settings.SecretKeys[0], TagLength);
        aes.Encrypt(
            box.AsSpan(0, NonceLength),
            keys.Bytes,
            box.AsSpan(NonceLength, SigningKeys.Length),
            box.AsSpan(NonceLength + SigningKeys.Length),
            Encoding.UTF8.GetBytes(endpoint)
        );
        return Convert.ToBase64String(box);
    }

    /// <returns>Null when none of the settings' keys opens it.</returns>
    public SigningKeys? Open(string endpoint, string sealedKeys)
    {
        var box = Convert.FromBase64String(sealedKeys);
        if (box.Length != NonceLength + SigningKeys.Length + TagLength)
            return null;
        var opened = new byte[SigningKeys.Length];
        foreach (var key in settings.SecretKeys)
        {
            try
            {
                using var aes = new AesGcm(key, TagLength);
                aes.Decrypt(
                    box.AsSpan(0, NonceLength),
                    box.AsSpan(NonceLength, SigningKeys.Length),
                    box.AsSpan(NonceLength + SigningKeys.Length),
                    opened,
                    Encoding.UTF8.GetBytes(endpoint)
                );
                return new SigningKeys(opened);
            }
            catch (AuthenticationTagMismatchException)
            {
                // Sealed with another key of the list.
            }
        }

        return null;
    }
}
