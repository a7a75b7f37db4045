namespace Web.Editors;

/// <param name="Problem">Why the last attempt did not work; null at first.</param>
public sealed record SignInModel(string? Problem, string Return);

public sealed record DeskModel(
    IReadOnlyList<ToolLine> Tools, IReadOnlyList<Comparison> Comparisons, IReadOnlyList<Reviewer> Reviewers, IReadOnlyList<EditLine> Edits);

public sealed record HistoryModel(IReadOnlyList<EditLine> Edits, long? Next);

/// <summary>A form as it is shown.</summary>
/// <param name="Tag">The version the form is based on; empty for something new.</param>
/// <param name="Conflict">True when somebody else saved meanwhile: each field that differs shows their text too.</param>
public sealed record EditModel(
    string Title, string Action, string? Public, IReadOnlyList<FieldModel> Fields, string Tag, bool New, bool Conflict, string? Problem, (string Verb, string Meaning)? Removal, IReadOnlyList<(string Href, string Label)> Beside);

/// <param name="Theirs">What stands there now, when that differs from <paramref name="Value"/> after a conflict; else null.</param>
public sealed record FieldModel(
    string Name, string Label, string Kind, string? Hint, IReadOnlyList<(string Value, string Label)> Choices, string Value, IReadOnlyList<string> Errors, string? Theirs);
