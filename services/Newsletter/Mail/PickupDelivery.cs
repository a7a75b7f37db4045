using System.Text;
using Hosting.Configuration;
using MimeKit;

namespace Newsletter.Mail;

/// <summary>
/// Puts finished mails into a folder as <c>{id}.eml</c>, for a mail program to take or a person to read. The file is complete and on disk
/// under another name before one rename makes it visible. While the temporary file exists the mail has not left; once it is gone the mail
/// has, even if a mail program has already taken it away. Replicas must share the folder.
/// </summary>
internal sealed class PickupDelivery(string folder) : IDelivery
{
    // Raw UTF-8 in headers only for a local part that has no other form; an international domain has its ASCII one, which every program
    // takes.
    private static readonly FormatOptions International = AllowUtf8();

    public async Task PrepareAsync(string id, MimeMessage mail, CancellationToken cancellationToken)
    {
        // They contain addresses, which no other account on this machine needs to read.
        PrivateFiles.CreateFolder(folder);
        var options = PrivateFiles.ToWrite(FileMode.Create);
        options.Options = FileOptions.Asynchronous;
        await using var file = new FileStream(Unfinished(id), options);
        await mail.WriteToAsync(
            mail.To.Mailboxes.All(to => Ascii.IsValid(to.LocalPart)) ? FormatOptions.Default : International,
            file,
            cancellationToken
        );
        await file.FlushAsync(cancellationToken);
        file.Flush(flushToDisk: true);
    }

    public Task HandOverAsync(string id, MimeMessage mail)
    {
        File.Move(Unfinished(id), Finished(id), overwrite: true);
        return Task.CompletedTask;
    }

    public Task<Fate> ResumeAsync(string id)
    {
        if (File.Exists(Unfinished(id)))
            File.Move(Unfinished(id), Finished(id), overwrite: true);
        return Task.FromResult(Fate.Delivered);
    }

    // The unfinished one first: a rename in between then leaves what the second line finds.
    public Task ForgetAsync(string id)
    {
        if (Directory.Exists(folder))
        {
            File.Delete(Unfinished(id));
            File.Delete(Finished(id));
        }

        return Task.CompletedTask;
    }

    public Task RestAsync() => Task.CompletedTask;

    private string Finished(string id) => Path.Combine(folder, $"{id}.eml");

    private string Unfinished(string id) => Path.Combine(folder, $".{id}.tmp");

    private static FormatOptions AllowUtf8()
    {
        var format = FormatOptions.Default.Clone();
        format.International = true;
        return format;
    }
}
