using System;

namespace NetworkProtocol.Fast.Relay.Cli.Bench;

/// <summary>Something that is loaded.</summary>
/// <param name="Name">How reports call it.</param>
/// <param name="CreateLoad">Makes a load of a shape against it.</param>
internal sealed record BenchSubject(string Name, Func<LoadShape, Load> CreateLoad);
