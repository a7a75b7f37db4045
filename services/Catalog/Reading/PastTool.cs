namespace Catalog.Reading;

/// <summary>
/// A tool as the history kept it, in this release or any before: only what is compared, and nothing required, so that a document without a
/// field that came later stays readable. <see cref="Tool"/> itself would refuse it for want of the field.
/// </summary>
internal sealed record PastTool
{
    public EntryPrice? EntryPrice { get; init; }
    public IReadOnlyList<Plan> Plans { get; init; } = [];
    public IReadOnlyList<PastReview> Reviews { get; init; } = [];
    public bool Retired { get; init; }
}

internal sealed record PastReview(Reviewer Reviewer, Verdict Verdict);
