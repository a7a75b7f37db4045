using System.CommandLine;
using Contracts.Log;

namespace Operator.PublicLog;

/// <summary>An option that takes public keys of one type, as many as are given.</summary>
internal static class VerifierKeyOption
{
    public static Option<VerifierKey[]> Make(string name, string description, byte type) =>
        new(name)
        {
            Description = description,
            HelpName = "VKEY",
            CustomParser = given =>
            {
                var keys = new List<VerifierKey>();
                foreach (var token in given.Tokens)
                    if (VerifierKey.TryParse(token.Value, out var key) && key.Type == type)
                        keys.Add(key);
                    else
                        given.AddError($"{name} takes a public key of type 0x{type:x2}, name+id+base64, not {token.Value}.");
                return [.. keys];
            },
        };
}
