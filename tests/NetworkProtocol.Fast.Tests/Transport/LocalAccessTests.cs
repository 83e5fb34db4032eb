using System;
using System.Collections.Generic;
using System.IO;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Memory;
using NetworkProtocol.Fast.Transport;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Transport;

/// <summary>Who may connect to a Unix socket: its file's mode and owner, its folder's lock, the peer's user and
/// groups.</summary>
[TestFixture]
[Platform(Exclude = "Win")]
internal sealed class LocalAccessTests
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode WithGroup = OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    private EndpointUnderTest file = null!;

    [SetUp]
    public void SetUp() => file = new EndpointUnderTest(TransportKind.Unix);

    [TearDown]
    public void TearDown() => file.Dispose();

    [Test]
    public async Task Start_ModeNotGiven_IsItsOwnersAlone()
    {
        await using TransportListener listener = Start(file.Endpoint, new LocalAccess());
        Assert.That(StatusOfFile().Mode, Is.EqualTo(OwnerOnly));
    }

    [Test]
    public async Task Start_ModeGiven_IsTheFiles()
    {
        await using TransportListener listener = Start(file.Endpoint, new LocalAccess { FileMode = WithGroup });
        Assert.That(StatusOfFile().Mode, Is.EqualTo(WithGroup));
    }

    [Test]
    public async Task Start_OwnerGiven_IsTheFilesOrTheReasonIsTold()
    {
        const uint Somebody = 54_321;
        LocalAccess access = new() { FileOwner = Somebody, FileGroup = Somebody };
        if (SystemFiles.EffectiveUser != 0)
        {
            Assert.That(() => Start(file.Endpoint, access), Throws.TypeOf<TransportException>()
                .With.Message.Contains("owner or mode of its file cannot be set"));
            Assert.That(Path.Exists(file.Endpoint.Path), Is.False, "what never listened is not left behind");
            return;
        }

        await using TransportListener listener = Start(file.Endpoint, access);
        Assert.That(StatusOfFile().Owner, Is.EqualTo(Somebody));
        Assert.That(StatusOfFile().Mode, Is.EqualTo(OwnerOnly));
    }

    [Test]
    public async Task Start_ManyAtOnceOnAStaleFile_ExactlyOneListens()
    {
        for (int round = 0; round < 20; round++)
        {
            using (Socket stale = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
            {
                stale.Bind(file.Endpoint.ToUnixAddress());
                stale.Listen();
            }

            List<TransportListener> started = [];
            int refused = 0;
            Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ =>
            {
                try
                {
                    TransportListener listener = Start(file.Endpoint, new LocalAccess());
                    lock (started)
                    {
                        started.Add(listener);
                    }
                }
                catch (TransportException)
                {
                    Interlocked.Increment(ref refused);
                }
            });
            Assert.That((started.Count, refused), Is.EqualTo((1, 7)));
            (await TransportConnector.ConnectAsync(file.Endpoint, TransportOptions.Default, default)).Close();
            await started[0].DisposeAsync();
            Assert.That(Path.Exists(file.Endpoint.Path), Is.False);
        }
    }

    [Test]
    public async Task Start_NameThatIsTaken_IsRefusedAndTheOtherLivesOn(
        [Values(TransportKind.Abstract, TransportKind.Pipe)] TransportKind kind)
    {
        using EndpointUnderTest free = new(kind);
        await using TransportListener first = Start(free.Endpoint, new LocalAccess());
        Assert.That(() => Start(free.Endpoint, new LocalAccess()), Throws.TypeOf<TransportException>()
            .With.Message.StartsWith($"cannot listen on {free.Endpoint}: "));
        (await TransportConnector.ConnectAsync(free.Endpoint, TransportOptions.Default, default)).Close();
    }

    [Test]
    public async Task Start_NameThatWasFreed_IsTakenAgain(
        [Values(TransportKind.Abstract, TransportKind.Pipe)] TransportKind kind)
    {
        using EndpointUnderTest free = new(kind);
        await Start(free.Endpoint, new LocalAccess()).DisposeAsync();
        await using TransportListener again = Start(free.Endpoint, new LocalAccess());
        (await TransportConnector.ConnectAsync(free.Endpoint, TransportOptions.Default, default)).Close();
    }

    [Test]
    public void Connect_PipeThatNobodyHas_SaysSo()
    {
        using EndpointUnderTest free = new(TransportKind.Pipe);
        Assert.That(
            async () => await TransportConnector.ConnectAsync(free.Endpoint, TransportOptions.Default, default),
            Throws.TypeOf<TransportException>().With.Message.Contains("no such pipe"));
    }

    [Test]
    public async Task Accepted_LocalPeer_IsKnown(
        [Values(TransportKind.Unix, TransportKind.Abstract, TransportKind.Pipe)] TransportKind kind)
    {
        await using TransportUnderTest transport = new(kind);
        (TransportConnection client, TransportConnection server) = await transport.ConnectUnboundPairAsync();
        PeerCredentials peer = server.Credentials!;
        Assert.That(peer.ProcessId, Is.EqualTo(Environment.ProcessId));
        Assert.That(peer.UserId, Is.EqualTo(SystemFiles.EffectiveUser));
        Assert.That(server.ToString(), Does.EndWith($"(pid {peer.ProcessId} uid {peer.UserId} gid {peer.GroupId})"));
        client.Close();
        server.Close();
    }

    [TestCase(1000u, 100u, true, TestName = "Allows_User_IsLetIn")]
    [TestCase(1001u, 100u, false, TestName = "Allows_OtherUser_IsNot")]
    [TestCase(1001u, 50u, true, TestName = "Allows_EffectiveGroup_IsLetIn")]
    [TestCase(0u, 0u, false, TestName = "Allows_Root_IsNoException")]
    public void Allows_Peer_ByUserAndGroup(uint user, uint group, bool expected)
    {
        LocalAccess access = new() { AllowedUsers = [1000], AllowedGroups = [50] };
        PeerCredentials peer = new(1, user, group);
        Assert.That(access.Allows(file.Endpoint, peer), Is.EqualTo(expected));
        Assert.That(access.Allows(file.Endpoint, peer with { Groups = [7, 50] }), Is.True, "a further group counts");
        Assert.That(access.Allows(file.Endpoint, null), Is.False, "nobody knows who it is");
    }

    [Test]
    public void Allows_AbstractNameWithoutList_IsTheOwnUser()
    {
        using EndpointUnderTest name = new(TransportKind.Abstract);
        LocalAccess access = new();
        uint own = SystemFiles.EffectiveUser;
        Assert.That(access.Allows(name.Endpoint, new PeerCredentials(1, own, 1)), Is.True);
        Assert.That(access.Allows(name.Endpoint, new PeerCredentials(1, own + 1, 1)), Is.False);
        Assert.That(access.Allows(name.Endpoint, null), Is.False);
        Assert.That(access.Allows(file.Endpoint, null), Is.True, "the file decides");
    }

    [TestCase("tcp://127.0.0.1:1", "no Unix socket")]
    [TestCase("unix://@name", "no file")]
    public void Validate_WhatTheEndpointHasNot_IsRefused(string uri, string word)
    {
        LocalAccess access = new() { FileOwner = 1 };
        Assert.That(() => access.Validate(Endpoint.Parse(uri)), Throws.ArgumentException.With.Message.Contains(word));
        Assert.That(() => new LocalAccess { FileMode = (UnixFileMode)0x800 }.Validate(file.Endpoint),
            Throws.ArgumentException.With.Message.Contains("0777"));
    }

    private FileStatus StatusOfFile()
    {
        Assert.That(SystemFiles.TryLook(file.Endpoint.Path, followsLink: false, out FileStatus status), Is.True);
        return status;
    }

    private static TransportListener Start(Endpoint endpoint, LocalAccess access) =>
        TransportListener.Start(endpoint, new ListenerOptions { Local = access }, new QueueAcceptor());
}
