using System.Collections.Generic;
using System.Diagnostics;
using System.Text.Json;
using System.Threading;

namespace NetworkProtocol.Fast.Loading.Roles;

/// <summary>What all clients of a probe count together, and whether requests fail at present. Any thread may call
/// it.</summary>
internal sealed class ProbeTally
{
    private readonly Lock gate = new();

    // When each request began that failed.
    private readonly List<long> failed = [];
    private long succeeded;
    private bool isFailing;
    private long failingSince;

    /// <param name="begun">When the request was sent, as a timestamp of Stopwatch.</param>
    internal void Succeed(long begun)
    {
        lock (gate)
        {
            if (succeeded++ == 0)
            {
                Line.Event("first");
            }

            // What was sent before the first failure and is answered after it has only been on its way.
            if (isFailing && begun > failingSince)
            {
                isFailing = false;
                Line.Event("recovered");
            }
        }
    }

    /// <inheritdoc cref="Succeed"/>
    internal void Fail(long begun)
    {
        lock (gate)
        {
            // Before anything has succeeded, servers are still starting.
            if (succeeded == 0)
            {
                return;
            }

            failed.Add(begun);
            if (!isFailing)
            {
                isFailing = true;
                failingSince = Stopwatch.GetTimestamp();
                Line.Event("failing");
            }
        }
    }

    /// <summary>Writes the sum of what succeeded, and when each request was sent that failed.</summary>
    internal void Write(Utf8JsonWriter json)
    {
        lock (gate)
        {
            json.WriteNumber("succeeded", succeeded);
            json.WriteStartArray("failedSentAt");
            foreach (long begun in failed)
            {
                json.WriteNumberValue((double)begun / Stopwatch.Frequency);
            }

            json.WriteEndArray();
        }
    }
}
