using Tally.State;

namespace Tally.Pushing;

/// <summary>One reader's interest in one tool. Everything but <see cref="Index"/> is guarded by the reader's gate.</summary>
internal sealed class Watch(Reader reader, Topic topic)
{
    public Reader Reader { get; } = reader;
    public Topic Topic { get; } = topic;

    /// <summary>What the reader was last given; nothing older is ever written to it.</summary>
    public Standing? Sent { get; set; }

    /// <summary>False from the moment a snapshot is being made until it is written: a push must not overtake it.</summary>
    public bool Active { get; set; }

    /// <summary>The tool moved while the reader was busy: it gets the newest state when it is free.</summary>
    public bool Pending { get; set; }

    /// <summary>Where the topic keeps it; guarded by the topic's gate.</summary>
    public int Index { get; set; } = -1;
}
