namespace Web.Requests;

internal static class Forms
{
    /// <returns>The form, or null if the body is not a form, is malformed, or is too large.</returns>
    public static async Task<IFormCollection?> FormAsync(this HttpContext context)
    {
        if (!context.Request.HasFormContentType)
            return null;
        try
        {
            return await context.Request.ReadFormAsync(context.RequestAborted);
        }
        catch (Exception error) when (error is InvalidDataException or IOException)
        {
            return null;
        }
    }

    public static string Origin(this HttpContext context) => context.RequestServices.GetRequiredService<Origin>().Of(context.Request);
}
