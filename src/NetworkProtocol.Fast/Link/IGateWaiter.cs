namespace NetworkProtocol.Fast.Link;

/// <summary>Whoever can wait at a <see cref="Gate"/>: a link that stopped reading, or a caller of the client.</summary>
internal interface IGateWaiter
{
    /// <summary>Link of the gate's waiter list; owned by the gate while the waiter stands in it.</summary>
    IGateWaiter? NextWaiter { get; set; }

    /// <summary>The waiter has given up for good; waking it would be lost on it. Never false again.</summary>
    bool IsGone { get; }

    /// <summary>It has waited long enough and goes on however the gate stands, once all before it did.</summary>
    bool IsOverdue { get; }

    /// <summary>Lets the waiter go on, on another thread; must not block and may be called more than once.</summary>
    void Resume();
}
