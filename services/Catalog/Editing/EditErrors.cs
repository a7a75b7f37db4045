using System.Buffers;
using System.Text.Json;
using Contracts;

namespace Catalog.Editing;

/// <summary>Collects an edit's errors by the field's path in the body, so that an editor can correct them all at once.</summary>
internal sealed class EditErrors
{
    public const decimal HighestAmount = 1_000_000;

    // Unicode's bidirectional formatting characters. Scripts written from right to left turn by themselves.
    private static readonly SearchValues<char> Directions = SearchValues.Create(
        "\u061C\u200E\u200F\u202A\u202B\u202C\u202D\u202E\u2066\u2067\u2068\u2069"
    );
    private readonly Dictionary<string, List<string>> _errors = [];

    public bool Passed => _errors.Count == 0;

    public Dictionary<string, string[]> Errors => _errors.ToDictionary(error => error.Key, error => error.Value.ToArray());

    public void Fail(string field, string problem)
    {
        if (!_errors.TryGetValue(field, out var problems))
            _errors[field] = problems = [];
        problems.Add(problem);
    }

    /// <summary>Takes over what is wrong with a part, under the part's place.</summary>
    public void Fail(string place, EditErrors part)
    {
        foreach (var (field, problems) in part._errors)
            foreach (var problem in problems)
                Fail($"{place}.{field}", problem);
    }

    /// <returns>The text without the white space around it; empty when it is refused.</returns>
    public string Text(string field, string? text, int longest, bool lines = false)
    {
        text = text?.Trim();
        if (string.IsNullOrEmpty(text))
            Fail(field, "is missing");
        else if (text.Length > longest)
            Fail(field, $"is longer than {longest} characters");
        else if (text.Any(c => char.IsControl(c) && !(lines && c == '\n')))
            Fail(field, lines ? "holds control characters other than line feeds" : "holds control characters");
        else if (text.AsSpan().ContainsAny(Directions))
            Fail(field, "holds invisible characters that turn the direction of text, so that readers would see it in another order");
        else
            return text;
        return "";
    }

    public void ToolSlugOf(string field, string? slug)
    {
        SlugOf(field, slug);
        if (Slug.IsValid(slug) && !Slug.IsToolSlug(slug))
            Fail(field, $"ends in {Slug.VersusAtEnd}, so that its comparisons could not be told from another tool's");
    }

    public void SlugOf(string field, string? slug)
    {
        if (slug is null || !Slug.IsValid(slug))
            Fail(
                field,
                $"is not a slug: lower-case letters and digits joined by single hyphens, at most {Slug.MaxLength} characters, "
                    + $"without {Slug.Versus}"
            );
    }

    public string Website(string field, string? address)
    {
        if (
            address is { Length: <= Limits.Website }
            && Uri.TryCreate(address, UriKind.Absolute, out var uri)
            && uri.Scheme == Uri.UriSchemeHttps
            && uri.UserInfo.Length == 0
            && !address.Any(c => char.IsControl(c) || char.IsWhiteSpace(c))
            && !address.AsSpan().ContainsAny(Directions)
        )
            return address;
        Fail(field, $"is not an absolute https address of at most {Limits.Website} characters");
        return "";
    }

    public decimal Amount(string field, decimal? amount)
    {
        if (amount is not { } value)
        {
            // Something was there that is not a number: reported already.
            if (!_errors.ContainsKey(field))
                Fail(field, "is missing");
        }
        else if (value is < 0 or > HighestAmount)
            Fail(field, $"is not between 0 and {HighestAmount}");
        else if (decimal.Round(value, 6) != value)
            Fail(field, "has more than six decimals");
        else
            return value;
        return 0;
    }

    public string Currency(string field, string? currency)
    {
        if (currency is { Length: 3 } && currency.All(char.IsAsciiLetterUpper))
            return currency;
        Fail(field, "is not an ISO 4217 code such as USD");
        return "";
    }

    /// <returns>To the millisecond, as times are kept; null when there is none or it is refused.</returns>
    public DateTime? Time(string field, DateTime? time)
    {
        if (time is null)
            return null;
        if (time.Value.Kind is DateTimeKind.Unspecified)
        {
            Fail(field, "is a time without its zone; end it in Z for UTC");
            return null;
        }

        var utc = time.Value.ToUniversalTime();
        return utc.AddTicks(-(utc.Ticks % TimeSpan.TicksPerMillisecond));
    }

    public T? Word<T>(string field, string? word)
        where T : struct, Enum
    {
        var words = Enum.GetValues<T>();
        foreach (var value in words)
            if (string.Equals(word, JsonNamingPolicy.CamelCase.ConvertName(value.ToString()), StringComparison.Ordinal))
                return value;
        if (word is not null)
            Fail(field, "is not one of " + string.Join(", ", words).ToLowerInvariant());
        return null;
    }
}
