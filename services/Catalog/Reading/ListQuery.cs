using System.Globalization;
using Catalog.Store;
using Contracts;
using Hosting.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Catalog.Reading;

/// <summary>What a list's query string asks for. Everything is taken as text first: a refusal then says what would be right.</summary>
internal sealed class ListQuery
{
    public const int MaxText = 100;
    private const int MaxPage = 100_000;

    private readonly IQueryCollection _query;

    private ListQuery(HttpRequest request) => _query = request.Query;

    public int Page { get; private set; } = 1;
    public string? Category { get; private set; }
    public string? Tool { get; private set; }
    public string? Text { get; private set; }
    public ToolOrder Order { get; private set; }

    /// <returns>The refusal, or null and the query.</returns>
    public static ProblemHttpResult? Read(HttpRequest request, out ListQuery query)
    {
        query = new ListQuery(request);
        return query.ReadPage() ?? query.ReadSlugs() ?? query.ReadText() ?? query.ReadOrder();
    }

    public static int Pages(int total) => Math.Max(1, (total + CatalogReader.PageSize - 1) / CatalogReader.PageSize);

    private ProblemHttpResult? ReadPage()
    {
        if (Value("page") is not { } text)
            return null;
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var page) || page is < 1 or > MaxPage)
            return Refuse($"page is a whole number from 1 to {MaxPage}.");
        Page = page;
        return null;
    }

    private ProblemHttpResult? ReadSlugs()
    {
        (Category, Tool) = (Value("category"), Value("tool"));
        return Category is not null && !Slug.IsValid(Category) ? Refuse("category is a category's slug, such as developer-tools.")
            : Tool is not null && !Slug.IsValid(Tool) ? Refuse("tool is a tool's slug, such as cursor-2-0.")
            : null;
    }

    private ProblemHttpResult? ReadText()
    {
        Text = Value("q")?.Trim();
        if (Text is null or "")
            Text = null;
        return Text is null || Text.Length <= MaxText && !Text.Any(char.IsControl)
            ? null
            : Refuse($"q is at most {MaxText} characters without control characters.");
    }

    private ProblemHttpResult? ReadOrder()
    {
        if (Value("sort") is not { } text)
            return null;
        ToolOrder? order = text switch
        {
            "relevance" => ToolOrder.Relevance,
            "name" => ToolOrder.Name,
            "newest" => ToolOrder.Newest,
            "panel" => ToolOrder.Panel,
            "price" => ToolOrder.Price,
            _ => null,
        };
        if (order is null)
            return Refuse("sort is relevance, name, newest, panel or price.");
        Order = order.Value;
        return null;
    }

    // A form with an empty field sends the name without a value: that is no question asked.
    private string? Value(string name) => _query[name].ToString() is { Length: > 0 } value ? value : null;

    private static ProblemHttpResult Refuse(string detail) => Problems.Of(400, "bad-query", detail);
}
