using Contracts;
using Web.Requests;

namespace Web.Votes;

/// <summary>A vote as a form sends it.</summary>
/// <param name="Tool">The tool's slug.</param>
/// <param name="Choice">ship, skip or withdraw.</param>
/// <param name="Return">The local path to go back to, without a fragment.</param>
public sealed record FormVote(string Tool, string Choice, string Return)
{
    /// <summary>Back to the page, where the tool's vote is.</summary>
    public string Back => $"{Return}#{Parts.VoteButtons.Anchor(Tool)}";

    /// <returns>Null when it is no vote. A way back that would leave the site leads to the tool's page instead.</returns>
    public static FormVote? From(string tool, string choice, string back)
    {
        if (!Slug.IsValid(tool) || choice is not ("ship" or "skip" or "withdraw"))
            return null;
        return new FormVote(tool, choice, LocalPath.IsLocal(back) ? back.Split('#', 2)[0] : $"/tools/{tool}");
    }

    /// <summary>The same vote in an address, so that the page it leads to can be gone back to.</summary>
    public string At(string path) =>
        path
        + QueryString.Create(
            new Dictionary<string, string?>
            {
                ["tool"] = Tool,
                ["choice"] = Choice,
                ["return"] = Return,
            }
        );
}

/// <param name="Vote">The vote to confirm.</param>
/// <param name="Name">The tool's.</param>
/// <param name="Nonce">Sent along, see <see cref="VoterNonce"/>.</param>
public sealed record FirstVote(FormVote Vote, string Name, string Nonce);

/// <summary>A vote that was not taken, on a page from which it can be sent again.</summary>
/// <param name="Seconds">After how long that is worth trying.</param>
/// <param name="Nonce">Of a first vote; null otherwise.</param>
public sealed record NotTaken(FormVote Vote, string Title, string Reason, int Seconds, string? Nonce);
