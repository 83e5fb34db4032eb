namespace NetworkProtocol.Fast.Relay.Admin;

/// <summary>What the process takes.</summary>
internal sealed record ProcessUsage(
    int Id, double CpuSeconds, double ResidentBytes, double ManagedBytes, double OpenDescriptors, int Processors);
