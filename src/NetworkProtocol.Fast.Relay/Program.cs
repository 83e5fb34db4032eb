using System;

namespace NetworkProtocol.Fast.Relay;

internal static class Program
{
    private static int Main()
    {
        foreach (var pair in GC.GetConfigurationVariables())
        {
            Console.WriteLine($"{pair.Key}={pair.Value}");
        }

        return 0;
    }
}
