namespace NetworkProtocol.Fast.Transport;

/// <summary>Hears that an <see cref="EventLoop"/> has handled all that was ready.</summary>
internal interface ITurnEnd
{
    /// <summary>Called on the loop's thread, so it must neither block nor throw.</summary>
    void OnTurnEnd();
}
