namespace NetworkProtocol.Fast.Configuration;

/// <summary>What a reload does with a changed value.</summary>
internal enum ChangeEffect
{
    /// <summary>It is in force when the reload is done.</summary>
    AtOnce,

    /// <summary>Connections that are opened from then on have it.</summary>
    NewConnections,

    /// <summary>Only a restart brings it into force; the reload says so.</summary>
    Restart,

    /// <summary>It is for clients, which read a configuration once.</summary>
    Client,
}
