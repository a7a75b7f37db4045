namespace Contracts;

/// <summary>What services, pages and the operator's tool say of a voter's token alike.</summary>
public static class VoterToken
{
    /// <summary>How long a token, and the cookie that carries it, is accepted: the longest that browsers keep a cookie.</summary>
    public const int LifetimeDays = 400;
}
