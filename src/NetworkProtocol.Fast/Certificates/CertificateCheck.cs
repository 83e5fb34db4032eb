namespace NetworkProtocol.Fast.Certificates;

/// <summary>What a server's certificate has to be.</summary>
public enum CertificateCheck
{
    /// <summary>Signed by a trusted CA, for the server's name, within its time; and its key one of the pins, if there
    /// are any.</summary>
    Chain = 0,

    /// <summary>Its key is one of the pins, whatever else it says.</summary>
    PinOnly,

    /// <summary>Anything. The connection is secret from those who only listen, but not from a man in the
    /// middle.</summary>
    None,
}
