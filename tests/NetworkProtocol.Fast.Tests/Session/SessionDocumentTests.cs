using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Tests.Packets;
using NetworkProtocol.Fast.Tests.Shared;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Session;

/// <summary>Holds what the documents say about secure sessions against the code: the examples byte by byte, limits and
/// defaults by their numbers.</summary>
internal sealed class SessionDocumentTests
{
    // The examples change the key after two records, to show it.
    private const int RecordsPerKey = 2;

    private static readonly string Protocol = RepositoryRoot.Read("docs", "PROTOCOL.md");
    private static readonly string Security = RepositoryRoot.Read("docs", "SECURITY.md");

    [Test]
    public void Examples_OfSessions_AreTheOnesKnownHere() => Assert.That(
        ProtocolDocument.Examples.Keys.Where(ProtocolDocument.IsOfSessions),
        Is.EquivalentTo(Made(authenticate: false).Concat(Made(authenticate: true))
            .Select(static e => e.Name).Distinct()));

    [Test]
    public void Example_MadeHere_IsTheDocumentsBytes([Values] bool authenticate)
    {
        foreach ((string name, byte[] bytes) in Made(authenticate))
        {
            Assert.That(ProtocolDocument.Examples[name], Is.EqualTo(bytes), name);
        }
    }

    [Test]
    public void Example_OfTheDocument_IsUnderstoodByTheOtherSide([Values] bool authenticate)
    {
        string pattern = authenticate ? "xx-" : "nx-";
        using var pair = new SessionPair(authenticate);
        pair.Start();
        Assert.That(pair.ReadFirst(ProtocolDocument.Examples[pattern + "start"]), Is.EqualTo(HandshakeStatus.Done));
        pair.Respond();
        Assert.That(
            pair.ReadResponse(ProtocolDocument.Examples[pattern + "response"]), Is.EqualTo(HandshakeStatus.Done));
        Assert.That(pair.Client.ServerStatic.SequenceEqual(ProtocolDocument.Examples["secure-server-static"]));
        if (authenticate)
        {
            pair.Finish();
            Assert.That(pair.ReadFinal(ProtocolDocument.Examples["xx-finish"]), Is.EqualTo(HandshakeStatus.Done));
            Assert.That(pair.Server.ClientStatic.SequenceEqual(ProtocolDocument.Examples["secure-client-static"]));
        }

        Assert.That(pair.TakeKeys(RecordsPerKey));
        Assert.That(Open(pair.ServerKeys, pattern + "client-record"), Is.EqualTo("first of the client"));
        Assert.That(Open(pair.ClientKeys, pattern + "server-record"), Is.EqualTo("first of the server"));
        Assert.That(Seal(pair.ClientKeys, "first of the client"),
            Is.EqualTo(ProtocolDocument.Examples[pattern + "client-record"]));
        byte[] second = Seal(pair.ClientKeys, "second of the client")[RecordLayout.LengthBytes..];
        Assert.That(pair.ServerKeys.Opener.TryOpen(second, second, out _), Is.EqualTo(RecordStatus.Done));
        Assert.That(Open(pair.ServerKeys, pattern + "rekeyed-record"), Is.EqualTo("third of the client"));
    }

    [Test]
    public void Fingerprints_OfTheExamples_AreThoseOfTheKeys()
    {
        using var pair = new SessionPair(authenticate: true);
        Assert.That(Protocol, Does.Contain($"`{KeyFingerprint.FromPoint(pair.ServerStatic)}`"));
        Assert.That(Protocol, Does.Contain($"`{KeyFingerprint.FromPoint(pair.ClientStatic)}`"));
    }

    [Test]
    public void Numbers_OfTheProtocol_AreThoseOfTheCode()
    {
        Assert.That(Protocol,
            Does.Contain($"first message,** client to server, {HandshakeLayout.FirstBytes} bytes").IgnoreCase);
        Assert.That(Protocol, Does.Contain($"**Response,** server to client, {HandshakeLayout.ResponseBytes} bytes"));
        Assert.That(Protocol, Does.Contain($"with XX only, {HandshakeLayout.FinalBytes} bytes"));
        Assert.That(Protocol, Does.Contain(
            $"that many bytes, {RecordLayout.BodyBytesMin} to {Number(RecordLayout.BodyBytesMax)}, which are"));
        Assert.That(Protocol, Does.Contain($"1 to {Number(RecordLayout.PlaintextBytesMax)} bytes of ciphertext"));
        Assert.That(Protocol, Does.Contain($"After each {Number(RecordLayout.RecordsPerKey)} (2^20) records"));
    }

    [Test]
    public void Defaults_InTheDocuments_AreThoseOfTheCode()
    {
        var replay = new ReplayOptions();
        var limits = new HandshakeLimitOptions();
        string window = $"{replay.Past.TotalSeconds} s past to {replay.Ahead.TotalSeconds} s ahead";
        Assert.That(Protocol, Does.Contain(window));
        Assert.That(Security, Does.Contain(window));
        Assert.That(Security, Does.Contain($"| handshakes remembered | {Number(replay.Capacity)} |"));
        Assert.That(Security, Does.Contain($"| handshakes under way | {Number(limits.UnderWayMax)} |"));
        Assert.That(Security, Does.Contain($"| of these from one address | {limits.PerAddressMax} |"));
    }

    private static List<(string Name, byte[] Bytes)> Made(bool authenticate)
    {
        string pattern = authenticate ? "xx-" : "nx-";
        using var pair = new SessionPair(authenticate);
        byte[] start = pair.Start();
        Assert.That(pair.ReadFirst(start), Is.EqualTo(HandshakeStatus.Done));
        byte[] response = pair.Respond();
        Assert.That(pair.ReadResponse(response), Is.EqualTo(HandshakeStatus.Done));
        List<(string, byte[])> made =
        [
            ("secure-server-static", pair.ServerStatic), ("secure-client-static", pair.ClientStatic),
            (pattern + "start", start), (pattern + "response", response),
        ];
        if (authenticate)
        {
            byte[] finish = pair.Finish();
            Assert.That(pair.ReadFinal(finish), Is.EqualTo(HandshakeStatus.Done));
            made.Add(("xx-finish", finish));
        }

        Assert.That(pair.TakeKeys(RecordsPerKey));
        made.Add((pattern + "handshake-hash", pair.ServerKeys.HandshakeHash.ToArray()));
        made.Add((pattern + "client-record", Seal(pair.ClientKeys, "first of the client")));
        made.Add((pattern + "server-record", Seal(pair.ServerKeys, "first of the server")));
        Seal(pair.ClientKeys, "second of the client");
        made.Add((pattern + "rekeyed-record", Seal(pair.ClientKeys, "third of the client")));
        return made;
    }

    private static byte[] Seal(SessionKeys keys, string text)
    {
        byte[] record = new byte[text.Length + RecordLayout.OverheadBytes];
        Assert.That(keys.Sealer.Seal(Encoding.ASCII.GetBytes(text), record, out _), Is.EqualTo(RecordStatus.Done));
        return record;
    }

    private static string Open(SessionKeys keys, string name)
    {
        byte[] body = ProtocolDocument.Examples[name][RecordLayout.LengthBytes..];
        Assert.That(keys.Opener.TryOpen(body, body, out int written), Is.EqualTo(RecordStatus.Done), name);
        return Encoding.ASCII.GetString(body, 0, written);
    }

    private static string Number(long value) => value.ToString("#,0", CultureInfo.InvariantCulture);
}
