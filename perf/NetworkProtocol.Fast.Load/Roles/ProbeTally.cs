using System.Threading;

namespace NetworkProtocol.Fast.Loading.Roles;

/// <summary>What all clients of a probe count together, and whether requests fail at present. Any thread may call
/// it.</summary>
internal sealed class ProbeTally
{
    private readonly Lock gate = new();
    private bool hasSucceeded;
    private bool isFailing;

    internal long Succeeded { get; private set; }

    internal long Failed { get; private set; }

    internal void Succeed()
    {
        lock (gate)
        {
            Succeeded++;
            if (isFailing || !hasSucceeded)
            {
                Line.Event(isFailing && hasSucceeded ? "recovered" : "first");
            }

            hasSucceeded = true;
            isFailing = false;
        }
    }

    internal void Fail()
    {
        lock (gate)
        {
            // Before anything has succeeded, servers are still starting.
            if (!hasSucceeded)
            {
                return;
            }

            Failed++;
            if (!isFailing)
            {
                isFailing = true;
                Line.Event("failing");
            }
        }
    }
}
