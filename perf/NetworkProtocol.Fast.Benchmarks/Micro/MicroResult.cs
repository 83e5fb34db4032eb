namespace NetworkProtocol.Fast.Benchmarks.Micro;

/// <summary>One micro benchmark's outcome.</summary>
/// <param name="Benchmark">Class.Method, and [Name=Value] of its parameters if it has any.</param>
/// <param name="Compilation"><see cref="Jit"/> or <see cref="Native"/>.</param>
/// <param name="BestNanoseconds">For one operation, in the iteration that other work of the machine touched
/// least.</param>
/// <param name="MedianNanoseconds">For one operation.</param>
/// <param name="AllocatedBytes">For one operation.</param>
internal sealed record MicroResult(
    string Benchmark, string Compilation, double BestNanoseconds, double MedianNanoseconds, double AllocatedBytes)
{
    internal const string Jit = "jit";
    internal const string Native = "native";
}
