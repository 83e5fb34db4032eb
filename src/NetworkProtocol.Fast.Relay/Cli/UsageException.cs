using System;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary>The command cannot be carried out as given; ends the process with <see cref="ExitCode.Usage"/>.</summary>
internal sealed class UsageException(string message) : Exception(message);
