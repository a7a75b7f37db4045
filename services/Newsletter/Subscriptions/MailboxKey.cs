using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using Dapper;
using Hosting.Configuration;

namespace Newsletter.Subscriptions;

/// <summary>
/// Hashes a mailbox, so that what has to be remembered of it (that it wants no mail, how many it got) is no address. Keyed, since anyone
/// who can guess addresses could look up a plain hash of each.
/// </summary>
internal sealed class MailboxKey(NewsletterSettings settings)
{
    private byte[]? _key;

    /// <returns>64 hexadecimal digits.</returns>
    public async Task<string> HashAsync(DbConnection connection, Address address, DbTransaction? transaction = null)
    {
        _key ??= settings.MailboxKey ?? await StoredAsync(connection, transaction);
        return Convert.ToHexStringLower(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(address.Mailbox)));
    }

    /// <exception cref="SettingException">The setting is not 32 bytes in base64. The value is never repeated.</exception>
    public static byte[]? Read(IConfiguration configuration)
    {
        const string Setting = "Newsletter:MailboxKey";
        if (configuration[Setting] is not { Length: > 0 } value)
            return null;
        var key = new byte[32];
        return Convert.TryFromBase64String(value, key, out var length) && length == key.Length
            ? key
            : throw new SettingException(Setting, "is not exactly 32 bytes in base64 (openssl rand -base64 32)");
    }

    // Made by whichever replica comes first.
    private static async Task<byte[]> StoredAsync(DbConnection connection, DbTransaction? transaction)
    {
        await connection.ExecuteAsync(
            "insert into keys (name, value) values ('mailbox', @value) on conflict (name) do nothing",
            new { value = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)) },
            transaction
        );
        return Convert.FromBase64String(
            (await connection.ExecuteScalarAsync<string>("select value from keys where name = 'mailbox'", transaction: transaction))!
        );
    }
}
