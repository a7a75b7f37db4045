using Catalog.Editing;
using Catalog.Store;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Catalog.Files;

/// <summary>
/// Takes a whole file or nothing of it, in one transaction. What the file does not name stays as it is. <c>?dryRun=true</c> answers what
/// would change and changes nothing; the answer's ETag, given as If-Match to the import itself, makes sure that what was shown is what
/// happens: any edit in between refuses it with 412.
/// </summary>
internal static class ImportCatalog
{
    public static async Task<Results<Ok<ImportResult>, ValidationProblem, ProblemHttpResult>> Handle(
        HttpContext context,
        Edit edit,
        CatalogStore store,
        bool dryRun = false,
        CancellationToken cancellationToken = default
    )
    {
        var (file, unreadable) = await EditBody.ReadAsync<CatalogFile>(
            context,
            cancellationToken,
            $"{Contracts.Limits.CatalogFileMiB} MiB"
        );
        if (unreadable is not null)
            return unreadable;
        return dryRun
            ? await store.ReadAsync(async catalog => await RunAsync(file!, await catalog.StampAsync(), catalog, null), cancellationToken)
            : await edit.RunAsync(async catalog => await RunAsync(file!, await catalog.FormerStampAsync(), catalog, catalog));

        async Task<Results<Ok<ImportResult>, ValidationProblem, ProblemHttpResult>> RunAsync(
            CatalogFile file,
            string stamp,
            CatalogReader catalog,
            CatalogWriter? writer
        )
        {
            if (Conditional.Refusal(context.Request, Conditional.StrongStamp(stamp), required: writer is not null) is { } refusal)
                return refusal;
            var check = new EditErrors();
            var plan = await FilePlan.ReadAsync(check, file, catalog, edit.Now);
            if (!check.Passed)
                return EditBody.Invalid(check);
            if (writer is not null)
                await plan.CarryOutAsync(writer, edit);
            context.Response.Headers.ETag = Conditional.StrongStamp(writer is { Edited: true } ? await catalog.StampAsync() : stamp);
            return TypedResults.Ok(new ImportResult(writer is null, plan.Changes, plan.Unchanged));
        }
    }
}
