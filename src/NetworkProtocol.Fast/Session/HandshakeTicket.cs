namespace NetworkProtocol.Fast.Session;

/// <summary>
/// The right to do one handshake. Given back once with <see cref="HandshakeLimits.Leave"/>, which takes it away from
/// whoever holds it; keep it in one field and do not copy it.
/// </summary>
internal readonly record struct HandshakeTicket
{
    /// <summary>Entry of the address in the table; <see cref="NoAddress"/> for peers without.</summary>
    internal const int NoAddress = -1;

    internal HandshakeTicket(int entry)
    {
        IsValid = true;
        Entry = entry;
    }

    /// <summary>False for the default value, and once the ticket was given back.</summary>
    internal bool IsValid { get; }

    internal int Entry { get; }
}
