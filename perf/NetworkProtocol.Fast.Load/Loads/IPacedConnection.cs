using System;

namespace NetworkProtocol.Fast.Loading.Loads;

/// <summary>One connection of an open loop, as the pacer's thread sees it.</summary>
internal interface IPacedConnection : IAsyncDisposable
{
    /// <param name="intended">When the request was due, as a timestamp of Stopwatch.</param>
    /// <returns>False when as many are under way as may be.</returns>
    bool TrySend(long intended);

    /// <summary>Lets leave what was sent.</summary>
    void Flush();

    /// <summary>The pacer sends no more.</summary>
    void Finish();
}
