using System;

namespace NetworkProtocol.Fast.Transport;

/// <summary>What happened to a socket: the values of epoll_ctl(2).</summary>
[Flags]
internal enum EventKinds : uint
{
    None = 0,

    /// <summary>EPOLLIN: something to read.</summary>
    Readable = 0x1,

    /// <summary>EPOLLOUT: room to write.</summary>
    Writable = 0x4,

    /// <summary>EPOLLERR.</summary>
    Error = 0x8,

    /// <summary>EPOLLHUP: both halves ended.</summary>
    HungUp = 0x10,

    /// <summary>EPOLLRDHUP: the peer ended its sending half.</summary>
    PeerEnded = 0x2000,

    /// <summary>EPOLLET: said once for each change, not as long as it is so.</summary>
    OnChange = 0x8000_0000,
}
