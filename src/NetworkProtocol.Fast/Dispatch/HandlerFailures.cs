using System;
using Microsoft.Extensions.Logging;
using NetworkProtocol.Fast.Link;

namespace NetworkProtocol.Fast.Dispatch;

/// <summary>Logs what one handler throws. A peer may make it throw with each packet, so not each is a
/// warning.</summary>
internal sealed class HandlerFailures(ILogger logger)
{
    private readonly LogPace pace = new();

    internal void Note(PeerLink link, Exception error)
    {
        if (!pace.TryTell(link.Runtime.Wheel.NowMs, out long untold))
        {
            DispatchLog.HandlerFailedAgain(logger, link.Connection.Id, error);
            return;
        }

        if (untold > 0)
        {
            DispatchLog.HandlerFailures(logger, untold);
        }

        DispatchLog.HandlerFailed(logger, link.Connection.Id, error);
    }
}
