using Hosting.Description;

namespace Newsletter.Issues;

/// <summary>A weekly issue as sent and as archived.</summary>
/// <param name="Week">Its ISO week, e.g. <c>2026-w48</c>; there is at most one issue a week.</param>
/// <param name="PublishedAt">UTC.</param>
[SchemaName("NewsletterIssue")]
internal sealed record Issue(string Week, string Title, DateTimeOffset PublishedAt, string Intro, IReadOnlyList<Section> Sections);

/// <param name="Told">Which news it lists, as <see cref="FreshComparison.Item"/> and <see cref="Changed.Item"/>.</param>
/// <param name="ToldAll">False when there is more, for the next issue.</param>
internal sealed record ComposedIssue(Issue Issue, IReadOnlyList<string> Told, bool ToldAll);

[SchemaName("IssueSection")]
internal sealed record Section(string Title, IReadOnlyList<Link> Links);

/// <param name="Path">On the public site, beginning with a slash.</param>
/// <param name="Note">One line of context.</param>
[SchemaName("IssueLink")]
internal sealed record Link(string Title, string Path, string Note);

/// <summary>An issue in the archive's list.</summary>
internal sealed record IssueSummary(string Week, string Title, DateTimeOffset PublishedAt, string Intro);

/// <param name="Issues">Newest first.</param>
[SchemaName("NewsletterArchive")]
internal sealed record Archive(IReadOnlyList<IssueSummary> Issues);
