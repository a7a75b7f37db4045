using System.Text.Json.Nodes;
using Web.Services;

namespace Web.Editors.Documents;

/// <summary>A kind of document that editors keep, and all that follows from it: its address, its form, its place at the desk.</summary>
public abstract class DocumentKind
{
    public static readonly DocumentKind Tools = new ToolKind();
    public static readonly DocumentKind Comparisons = new ComparisonKind();
    public static readonly DocumentKind Reviewers = new ReviewerKind();

    /// <summary>tools, comparisons or reviewers, as in addresses.</summary>
    public abstract string Name { get; }

    /// <summary>The word for one of them, which the history uses too.</summary>
    public string Word => Name[..^1];

    /// <summary>The heading of their list.</summary>
    public abstract string Title { get; }

    /// <summary>Whether it can wait as a draft; a reviewer's name can't.</summary>
    public virtual bool IsDrafted => true;

    /// <summary>Whether it can be retired and restored.</summary>
    public virtual bool IsRetirable => false;

    /// <summary>Whether it can be removed from the site.</summary>
    public virtual bool IsRemovable => false;

    /// <summary>Whether a new one begins with two tools instead of a name.</summary>
    public virtual bool PicksTools => false;

    /// <summary>The label of a new one's name.</summary>
    public virtual string NewLabel => $"A new {Word}’s name";

    /// <summary>What to know before beginning a new one.</summary>
    public abstract string NewHint { get; }

    /// <summary>What is wrong when <see cref="SlugOf"/> finds no slug.</summary>
    public virtual string NoSlug =>
        "This name can’t be turned into an address: it needs a letter or a digit, and no “vs” between two words or at the end.";

    /// <returns>Null when there is no such kind.</returns>
    public static DocumentKind? Named(string name) =>
        name switch
        {
            "tools" => Tools,
            "comparisons" => Comparisons,
            "reviewers" => Reviewers,
            _ => null,
        };

    public abstract bool IsSlug(string slug);

    /// <summary>The slug of a new one.</summary>
    /// <param name="name">As it was typed.</param>
    /// <param name="a">One tool's slug, where <see cref="PicksTools"/>.</param>
    /// <param name="b">The other's.</param>
    /// <returns>Null when none can be made.</returns>
    public virtual string? SlugOf(string name, string? a, string? b) => NameAsSlug.Of(name) is var slug && IsSlug(slug) ? slug : null;

    /// <summary>Where readers see it; null when they don't by itself.</summary>
    public abstract string? PublicPath(string slug);

    /// <summary>The slugs of the tools it can't be published without.</summary>
    public virtual IReadOnlyList<string> ToolsOf(string slug) => [];

    /// <param name="tools">Names of tools by slug.</param>
    public virtual string TitleOf(DraftLine draft, IReadOnlyDictionary<string, string> tools) => draft.Name ?? draft.Slug;

    /// <summary>All that readers see, in the order of the list.</summary>
    /// <exception cref="ServiceUnavailableException">Catalog does not answer.</exception>
    internal abstract Task<IReadOnlyList<ListedDocument>> ListAsync(CatalogReader catalog, CancellationToken cancellationToken);

    /// <param name="documents">What the form has to have room for.</param>
    public abstract EditForm FormOf(string slug, FormChoices choices, params IReadOnlyList<JsonObject?> documents);
}

/// <summary>A published document in its kind's list.</summary>
/// <param name="Beside">What the list says of it beside its name.</param>
public sealed record ListedDocument(string Slug, string Name, string Beside, bool Retired = false);

/// <summary>What the catalog has that forms choose from.</summary>
/// <param name="Tools">Names of tools by slug.</param>
public sealed record FormChoices(
    IReadOnlyList<Category> Categories,
    IReadOnlyList<Reviewer> Panel,
    IReadOnlyDictionary<string, string> Tools
);
