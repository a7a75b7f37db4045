namespace Web.Tests;

/// <summary>A small catalog in the shapes of Catalog's API.</summary>
public static class SampleCatalog
{
    public static object Category(string slug = "developer-tools", string name = "Developer Tools") =>
        new
        {
            slug,
            name,
            tools = 3,
        };

    public static Dictionary<string, object?> Tool(
        string slug,
        string name,
        params (string Reviewer, string Role, string Verdict, string Quote)[] reviews
    )
    {
        var ship = reviews.Count(review => review.Verdict == "ship");
        return new()
        {
            ["slug"] = slug,
            ["name"] = name,
            ["tagline"] = $"What {name} is for, in one line",
            ["maker"] = "Its maker",
            ["category"] = Category(),
            ["entryPrice"] = new
            {
                label = "Free",
                amount = 0,
                currency = "USD",
                period = (string?)null,
            },
            ["panel"] = new
            {
                ship,
                skip = reviews.Length - ship,
                shipPercent = reviews.Length == 0 ? (double?)null : Math.Round(100.0 * ship / reviews.Length, 1),
            },
            ["retired"] = false,
            ["publishedAt"] = "2026-10-02T08:00:00Z",
            ["updatedAt"] = "2026-11-03T08:00:00Z",
            ["description"] = $"{name} described over a sentence or two, so that a reader knows what it does and for whom it was made.",
            ["website"] = $"https://{slug}.example",
            ["pricing"] = $"{name} starts free.",
            ["plans"] = new object[]
            {
                new
                {
                    name = "Free",
                    amount = 0,
                    currency = "USD",
                    period = "month",
                    note = "With limits",
                },
                new
                {
                    name = "Pro",
                    amount = 20,
                    currency = "USD",
                    period = "month",
                    note = (string?)null,
                },
            },
            ["reviews"] = reviews
                .Select(review => new
                {
                    reviewer = new
                    {
                        slug = review.Reviewer,
                        name = $"The {review.Role}",
                        role = review.Role,
                    },
                    verdict = review.Verdict,
                    quote = review.Quote,
                    at = "2026-10-02T08:00:00Z",
                })
                .ToArray(),
            ["version"] = 1,
        };
    }

    public static readonly Dictionary<string, object?> Cursor = Tool(
        "cursor-2-0",
        "Cursor 2.0",
        (
            "builder",
            "Builder",
            "ship",
            "Keeping the plan apart from its execution is the right shape, as long as the plan can be read before forty files change."
        ),
        ("skeptic", "Skeptic", "ship", "Not the first to try, but the most polished; it stumbles where behaviour shows only at run time."),
        ("futurist", "Futurist", "ship", "If background agents become ordinary, reviewing code becomes the job. This arrives on time."),
        (
            "product-lead",
            "Product Lead",
            "ship",
            "One clear job: make an hour's change into a review. Running the tests itself is still missing."
        )
    );

    public static readonly Dictionary<string, object?> Smol = Tool(
        "smolvlm2-2b",
        "SmolVLM2-2B",
        ("builder", "Builder", "ship", "It drops into the pipeline you have, and the quantised builds work as they come."),
        ("skeptic", "Skeptic", "ship", "The benchmarks are its authors' own, and small print defeats it; for its size it is honest work."),
        ("futurist", "Futurist", "ship", "Much of vision will run on the device for latency and for the law. Fine-tuning has to catch up."),
        (
            "founder",
            "Founder",
            "ship",
            "Weights are no moat and the ecosystem is; anyone who pays per cloud call today has a reason to switch."
        )
    );

    public static readonly Dictionary<string, object?> Split = Tool(
        "night-owl",
        "Night Owl",
        ("builder", "Builder", "ship", "Does one thing, and does it."),
        ("skeptic", "Skeptic", "skip", "Does one thing, which nobody asked for."),
        ("futurist", "Futurist", "skip", "Two years late.")
    );
}
