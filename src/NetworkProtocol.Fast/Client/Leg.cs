using System.Threading.Tasks;

namespace NetworkProtocol.Fast.Client;

/// <summary>One of the connections that a client has one after the other, and the next of them, so that whoever finds
/// this one ended waits for that one and for no later one.</summary>
internal sealed class Leg(ClientConnection connection)
{
    internal ClientConnection Connection { get; } = connection;

    /// <summary>Completes with the next leg, or with null when there is none any more.</summary>
    internal TaskCompletionSource<Leg?> Next { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
