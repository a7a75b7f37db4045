using System.Globalization;
using MessagePack;
using MessagePack.Formatters;

namespace Tally.State;

/// <summary>
/// Times in MessagePack as the same ISO 8601 text that JSON has (which ends with the last digit that is not zero). MessagePack's own
/// timestamp was rejected: clients in other languages would then need two readings of one field, depending on the protocol they negotiated.
/// </summary>
public sealed class TimeAsText : IMessagePackFormatter<DateTime?>
{
    public void Serialize(ref MessagePackWriter writer, DateTime? value, MessagePackSerializerOptions options)
    {
        if (value is { } time)
            writer.Write(time.ToString("yyyy-MM-ddTHH:mm:ss.FFFZ", CultureInfo.InvariantCulture));
        else
            writer.WriteNil();
    }

    public DateTime? Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options) =>
        reader.TryReadNil() ? null : DateTime.Parse(reader.ReadString()!, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind);
}
