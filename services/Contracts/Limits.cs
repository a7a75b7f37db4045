namespace Contracts;

/// <summary>
/// Limits that one service enforces and another has to know, such as the form that says how long a name may be. What a single service
/// knows stays with it. Texts are measured in UTF-16 units, as an input's <c>maxlength</c> measures them.
/// </summary>
public static class Limits
{
    /// <summary>Tools that one request, stream or connection may name. The pages' script repeats it; a test compares the two.</summary>
    public const int ToolsAtOnce = 50;

    /// <summary>A mail address, in characters and in bytes.</summary>
    public const int MailAddress = 254;

    /// <summary>The catalog as a file, in bytes.</summary>
    public const int CatalogFile = CatalogFileMiB * 1024 * 1024;

    /// <summary>The same in words, for people.</summary>
    public const int CatalogFileMiB = 4;

    public const int Name = 80;
    public const int Tagline = 160;
    public const int Maker = 80;
    public const int CategoryName = 60;
    public const int Description = 4000;
    public const int Website = 500;
    public const int Pricing = 1000;
    public const int PriceLabel = 40;
    public const int Plans = 20;
    public const int PlanName = 60;
    public const int PlanNote = 200;
    public const int Quote = 1000;
    public const int ReviewerRole = 40;

    /// <summary>A comparison's summary, and its read of the prices.</summary>
    public const int ComparisonText = 2000;
}
