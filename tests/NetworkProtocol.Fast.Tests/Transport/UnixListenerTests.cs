using System.IO;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Transport;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Transport;

/// <summary>The file of a Unix listener: made, found stale, kept, removed.</summary>
internal sealed class UnixListenerTests
{
    private DirectoryInfo folder = null!;
    private string path = "";
    private Endpoint endpoint = null!;

    [SetUp]
    public void SetUp()
    {
        folder = Directory.CreateTempSubdirectory("npfast-");
        path = Path.Combine(folder.FullName, "s");
        endpoint = Endpoint.Parse("unix://" + path);
    }

    [TearDown]
    public void TearDown() => folder.Delete(recursive: true);

    [Test]
    public async Task Stop_OwnFile_IsRemoved()
    {
        TransportListener listener = Start(out _);
        Assert.That(Path.Exists(path), Is.True);
        await listener.DisposeAsync();
        Assert.That(Path.Exists(path), Is.False);
    }

    [Test]
    public async Task Start_StaleFile_IsTakenOver()
    {
        LeaveStaleFile();
        await using TransportListener listener = Start(out QueueAcceptor acceptor);
        TransportConnection client =
            await TransportConnector.ConnectAsync(endpoint, TransportOptions.Default, CancellationToken.None);
        TransportConnection server = await acceptor.AcceptedAsync();
        Assert.That(server.Remote, Is.EqualTo(endpoint));
        Assert.That(server.RemoteAddress, Is.Null);
        client.Close();
        server.Close();
    }

    [Test]
    public async Task Start_LiveFile_IsRefusedAndTheOtherLivesOn()
    {
        await using TransportListener listener = Start(out QueueAcceptor acceptor);
        TransportException e = Assert.Throws<TransportException>(() => Start(out _))!;
        Assert.That(e.SocketError, Is.EqualTo(SocketError.AddressAlreadyInUse));
        Assert.That(e.Message, Does.StartWith($"cannot listen on {endpoint}: another process listens there"));

        // The first of the two is the probe's, closed already.
        (await acceptor.AcceptedAsync()).Close();
        (await TransportConnector.ConnectAsync(endpoint, TransportOptions.Default, CancellationToken.None)).Close();
        (await acceptor.AcceptedAsync()).Close();
    }

    [Test]
    public void Start_LiveFileWithFullBacklog_IsRefused()
    {
        using Socket live = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        live.Bind(new UnixAddress(path));
        live.Listen(0);
        using Socket waiting = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        waiting.Connect(new UnixAddress(path));
        Assert.That(() => Start(out _), Throws.TypeOf<TransportException>().With.Message.Contains("another process"));
    }

    [Test]
    public void Start_FileThatIsNoSocket_IsRefusedAndKept()
    {
        File.WriteAllText(path, "precious");
        TransportException e = Assert.Throws<TransportException>(() => Start(out _))!;
        Assert.That(e.Message, Does.Contain("not a socket"));
        Assert.That(File.ReadAllText(path), Is.EqualTo("precious"));
    }

    [Test]
    public void Start_LinkToAStaleSocket_IsRefusedAndKept()
    {
        LeaveStaleFile();
        string link = Path.Combine(folder.FullName, "link");
        File.CreateSymbolicLink(link, path);
        Assert.That(
            () => TransportListener.Start(
                Endpoint.Parse("unix://" + link), ListenerOptions.Default, new QueueAcceptor()),
            Throws.TypeOf<TransportException>());
        Assert.That(Path.Exists(link), Is.True);
    }

    [Test]
    public void Start_FolderMissing_SaysSo()
    {
        Endpoint endpoint = Endpoint.Parse($"unix://{folder.FullName}/none/s");
        Assert.That(
            () => TransportListener.Start(endpoint, ListenerOptions.Default, new QueueAcceptor()),
            Throws.TypeOf<TransportException>().With.Message.Contains("folder does not exist"));
    }

    [Test]
    public async Task Stop_FileOfAnother_IsKept()
    {
        TransportListener first = Start(out _);
        File.Delete(path);
        await using TransportListener second = Start(out QueueAcceptor acceptor);
        await first.DisposeAsync();
        Assert.That(Path.Exists(path), Is.True);
        (await TransportConnector.ConnectAsync(endpoint, TransportOptions.Default, CancellationToken.None)).Close();
        (await acceptor.AcceptedAsync()).Close();
    }

    private TransportListener Start(out QueueAcceptor acceptor) =>
        TransportListener.Start(endpoint, ListenerOptions.Default, acceptor = new QueueAcceptor());

    /// <summary>What a process leaves behind that did not end in good order.</summary>
    private void LeaveStaleFile()
    {
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixAddress(path));
        socket.Listen();
    }
}
