using System.Text.Json;
using Microsoft.AspNetCore.Components;

namespace Web.Parts;

/// <summary>What goes into a page's head.</summary>
/// <param name="Title">Without the site's name, which the layout adds.</param>
/// <param name="Description">One or two sentences for search results and shared links.</param>
/// <param name="Canonical">The page's one public address, absolute.</param>
public sealed record PageHead(string Title, string Description, string Canonical)
{
    public const string Site = "AI Tool Verdicts";

    /// <summary>What pictures for shared links measure, in pixels.</summary>
    public const int CardWidth = 1200,
        CardHeight = 630;

    /// <summary>True for pages that search engines should leave out: answers to forms, errors, and pairs no editor chose.</summary>
    public bool Hidden { get; init; }

    /// <summary>Says on top that the catalog is the sample content.</summary>
    public bool Sample { get; init; }

    /// <summary>Loads what only the editors' desk needs.</summary>
    public bool Desk { get; init; }

    /// <summary>The form of the draft that this page is a preview of; null on all others.</summary>
    public string? Preview { get; init; }

    /// <summary>How many fields of the previewed draft can't be published as they are.</summary>
    public int Missing { get; init; }

    /// <summary>Loads the script that votes without leaving the page and keeps the numbers live.</summary>
    public bool Live { get; init; }

    /// <summary>A script of this page's own, by its asset's name.</summary>
    public string? Script { get; init; }

    /// <summary>True when the request carried a voter's cookie, so that the script may ask for the reader's own votes.</summary>
    public bool KnownVoter { get; init; }

    /// <summary>True on the page that says the reader was erased: the script then drops what the browser still keeps.</summary>
    public bool Erased { get; init; }

    /// <summary>A feed of this page's own, beside the site's: its path and title.</summary>
    public (string Path, string Title)? Feed { get; init; }

    /// <summary>True where others may show this page's verdict as a frame, and are told how (oEmbed).</summary>
    public bool Embeddable { get; init; }

    /// <summary>The picture for shared links: its path, and what it shows in words.</summary>
    public (string Path, string Alt)? Card { get; init; }

    /// <summary>schema.org data; says nothing the page does not show.</summary>
    public IReadOnlyList<object> Data { get; init; } = [];

    /// <param name="format">json or xml.</param>
    public string OEmbed(string format) => $"{Origin}/oembed?url={Uri.EscapeDataString(Canonical)}&format={format}";

    public string Origin => new Uri(Canonical).GetLeftPart(UriPartial.Authority);

    // The default encoder escapes <, > and & as \u003C…, so no text in the catalog can end the script element.
    public MarkupString DataAsScript =>
        (MarkupString)string.Concat(Data.Select(data => $"<script type=\"application/ld+json\">{JsonSerializer.Serialize(data)}</script>"));
}
