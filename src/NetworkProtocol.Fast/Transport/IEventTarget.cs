namespace NetworkProtocol.Fast.Transport;

/// <summary>Hears what happened to a socket that an <see cref="EventLoop"/> watches.</summary>
internal interface IEventTarget
{
    /// <summary>Where the loop keeps it; the loop's own.</summary>
    ulong Token { get; set; }

    /// <summary>Called on the loop's thread, so it must neither block nor throw.</summary>
    void OnEvent(EventKinds kinds);
}
