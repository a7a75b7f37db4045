namespace Operator.Recounting;

/// <summary>
/// What some part says of a tool. It names the version it speaks of, which is the number of ledger entries counted in it; so it can be
/// checked against exactly those entries, however many votes arrived since. Nothing has to be stopped for a recount.
/// </summary>
/// <param name="Source">Who says so: <c>totals</c> or the address of a Tally replica.</param>
/// <param name="Version">Entries of this tool that are counted in.</param>
/// <param name="Epoch">Whose ledger the version is of; 0 from a release before epochs.</param>
internal sealed record Claim(string Source, string Tool, long Version, long Ship, long Skip, long Epoch = 0);
