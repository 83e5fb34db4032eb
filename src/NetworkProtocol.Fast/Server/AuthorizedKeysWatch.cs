using System.Threading;
using Microsoft.Extensions.Logging;
using NetworkProtocol.Fast.Link;
using NetworkProtocol.Fast.Session;

namespace NetworkProtocol.Fast.Server;

/// <summary>
/// Looks once a second whether the file of authorised keys has changed, reads it again, and ends the sessions of
/// clients that are not what the list says any more. A file that cannot be used changes nothing and is reported once.
/// </summary>
internal sealed class AuthorizedKeysWatch(
    AuthorizedKeys keys, LinkList links, TimerWheel wheel, ILogger logger) : WheelTimer, IThreadPoolWorkItem
{
    private const long IntervalMs = 1_000;

    // A handshake that looked into the list before may let its client in for as long as this after the change.
    private const long OvertakingMs = 10_000;

    private object enforced = keys.Current;
    private long enforceUntilMs;
    private string? reported;

    // 1 while a look is queued or runs: a slow disk must not pile them up.
    private int looking;

    internal void Start() => wheel.Schedule(this, wheel.NowMs + IntervalMs);

    internal void Stop() => wheel.Remove(this);

    /// <inheritdoc/>
    protected internal override long OnTick(long nowMs)
    {
        if (Interlocked.Exchange(ref looking, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }

        return nowMs + IntervalMs;
    }

    void IThreadPoolWorkItem.Execute()
    {
        Look();
        Volatile.Write(ref looking, 0);
    }

    private void Look()
    {
        try
        {
            keys.ReloadIfChanged();
            reported = null;
        }
        catch (KeyFileException e)
        {
            if (e.Message != reported)
            {
                ServerLog.AuthorizedKeysUnusable(logger, e.Message, keys.Count);
                reported = e.Message;
            }
        }

        object current = keys.Current;
        long nowMs = wheel.NowMs;
        if (!ReferenceEquals(current, enforced))
        {
            enforced = current;
            enforceUntilMs = nowMs + OvertakingMs;
            ServerLog.AuthorizedKeysRead(logger, keys.Path, keys.Count);
        }

        if (nowMs < enforceUntilMs)
        {
            links.ForEach(Enforce);
        }
    }

    private void Enforce(PeerLink link)
    {
        // Listeners may have lists of their own.
        if (link.Identity is not { } known || link.Security is not SecureServer server
            || !ReferenceEquals(server.Options.AuthorizedKeys, keys))
        {
            return;
        }

        bool isAuthorized = keys.TryFind(known.Fingerprint, out string? name);
        if (isAuthorized != known.IsAuthorized || (isAuthorized && name != known.Name))
        {
            link.Expel(isAuthorized
                ? "the authorised keys have the client by another name now; connect again"
                : "the client's key was taken off the authorised keys");
        }
    }
}
