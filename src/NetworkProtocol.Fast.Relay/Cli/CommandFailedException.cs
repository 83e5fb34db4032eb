using System;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary>The command was tried and failed; ends the process with <see cref="ExitCode.Failure"/>.</summary>
internal sealed class CommandFailedException(string message) : Exception(message);
