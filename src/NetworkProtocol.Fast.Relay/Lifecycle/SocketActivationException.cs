using System;

namespace NetworkProtocol.Fast.Relay.Lifecycle;

/// <summary>What a service manager passes and what the relay is configured to be do not go together; the message says
/// what, and what to do. Trying again without a change cannot help.</summary>
internal sealed class SocketActivationException(string message) : Exception(message);
