using System;
using System.Text;
using NetworkProtocol.Fast.Session;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Session;

/// <summary>
/// The worked examples of secure sessions: all bytes on the wire for fixed keys. Private scalars are 32 bytes that
/// count up: from 01 the server's static key, from 21 the client's, from 41 the server's ephemeral, from 61 the
/// client's. The client's clock shows 1700000000000 ms and the server's 25 ms more; the nonce counts up from F0. The
/// bytes were made by another implementation, in another language over another library.
/// </summary>
internal sealed class SessionExampleTests
{
    private const string FirstOfClient = "first of the client";
    private const string FirstOfServer = "first of the server";

    [Test]
    public void NX_WithFixedKeys_GivesTheseBytes() => Check(new Example
    {
        Authenticate = false,
        Start =
            "4e50533100005904bd5714b9c20400411f1e51dbff63647f05d1d70b55fc200c6cad10c2f4614dc1e5048562f731f545" +
            "73c04224d973a916a59f526a8268076fc1cfa92a5f143f190068e5cf8b010000f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
        Respond =
            "00ca04261efbd3550cf068ef013ed7366ba32f5d6fe557b4b2abce8ade58cba168a55e1788a0b29a56a6abec4084c0c9" +
            "6bd3dcbca6b507f35dbea9e985708479d8bdc9903359385fb50be366de25d17c822cfee20b1d75f8992cd467cc8295a7" +
            "205cbea161217fe7aff28c492785cce2f5a83f9903f005dcf357df9f03841fb25d609bcbb02ee421ce6a460dbea0d06e" +
            "149e36aa9cb7574e2fd0e155ef1b7a69c666c3e9096b1a7b5945b7bdf4e48cd8ca23cb670369e067e25e2345758f8526" +
            "544fc0f2b2d97b1745b3b487",
        Hash = "b44a8d3b2105e1b167182768f6a6de47129f781b102b4fe8ed3b07efa6de0d06",
        ClientRecord = "00231614dfda67f7b5d2c8297f32fea3bcdf1e266d37e9d6d5390bca00bf17180392c5ef2c",
        ServerRecord = "00236103766acbb008ebe1718dd9dccc8cc6f4e2fb5714f1f40ac2bb429119372782700603",
        ThirdClientRecord = "002356ad0cdc18c4e1fc3256be212265e6a6ef28e6505c8be12da124beae7335d5d40a8b37",
    });

    [Test]
    public void XX_WithFixedKeys_GivesTheseBytes() => Check(new Example
    {
        Authenticate = true,
        Start =
            "4e50533101005904bd5714b9c20400411f1e51dbff63647f05d1d70b55fc200c6cad10c2f4614dc1e5048562f731f545" +
            "73c04224d973a916a59f526a8268076fc1cfa92a5f143f190068e5cf8b010000f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
        Respond =
            "00ca04261efbd3550cf068ef013ed7366ba32f5d6fe557b4b2abce8ade58cba168a55e1788a0b29a56a6abec4084c0c9" +
            "6bd3dcbca6b507f35dbea9e985708479d8bdc97c15f1a2b78a082d56b286b911849e7b501d4e8a3df51ba8be302684e0" +
            "53d584cb6bae45d1b3804703a32b8ad3f0f532999570534431f5044541060cf1792aa0d64036eb5bf5781b96c7f80412" +
            "5e36731f35afde6cb61246a50cc213b1d398b0ee5eba4fb260dc448b0cca7407f8677e2be3a7cd35532b960d245e1008" +
            "5e5dbddeb4d680397e7a8fd2",
        Finish =
            "0061eb77f1e502e675cf658a14087eec901360f7de088265d7ea8946f64ef2a64201dc69d928026b72eb9831ba69c74f" +
            "ccae1ed680073c2b24031becab034a8ae5cfca7c9c4c6d43f6b53d8895645494bc4d849a20e947a8abf7f0da2ab9c366" +
            "f24249",
        Hash = "e09ad3c9ed9cabe2c719b90093ce841d840001495711aec4083c2a626e8971d2",
        ClientRecord = "00239fff33f6edab5d319d1615f00883912daa3c38733601397c95a4d584cb3ffa240fcbc1",
        ServerRecord = "002351aa240b3b4f3bf75002c686239d1f57995074fab01b712ac178e23cd1d1f70621c514",
        ThirdClientRecord = "0023ffd05e6e7ddba0fa4f4e8fb0e68bc4b52b2fdb8c335e5f334f0bb1fdc02593e782943e",
    });

    [Test]
    public void StaticKeys_OfTheExamples_AreThesePoints()
    {
        using var pair = new SessionPair(authenticate: true);
        Assert.That(Convert.ToHexStringLower(pair.ServerStatic), Is.EqualTo(
            "04515c3d6eb9e396b904d3feca7f54fdcd0cc1e997bf375dca515ad0a6c3b4035f" +
            "4536be3a50f318fbf9a5475902a221502bef0d57e08c53b2cc0a56f17d9f9354"));
        Assert.That(Convert.ToHexStringLower(pair.ClientStatic), Is.EqualTo(
            "041f140146bfb1b251f84f4ddbe0d4cdcfd77afd984a9520e35794021f8312bb9e" +
            "ec995a08b1fa7704df3dcc0b50a9665263fb7711f95f9f8a449c5096e47c892b"));
    }

    private static void Check(Example example)
    {
        // The interval is 2 here, so that the third record shows the key after a change.
        using var pair = new SessionPair(example.Authenticate);
        byte[] start = pair.Start();
        Assert.That(Convert.ToHexStringLower(start), Is.EqualTo(example.Start));
        Assert.That(pair.ReadFirst(start), Is.EqualTo(HandshakeStatus.Done));
        byte[] response = pair.Respond();
        Assert.That(Convert.ToHexStringLower(response), Is.EqualTo(example.Respond));
        Assert.That(pair.ReadResponse(response), Is.EqualTo(HandshakeStatus.Done));
        if (example.Finish is not null)
        {
            byte[] finish = pair.Finish();
            Assert.That(Convert.ToHexStringLower(finish), Is.EqualTo(example.Finish));
            Assert.That(pair.ReadFinal(finish), Is.EqualTo(HandshakeStatus.Done));
        }

        Assert.That(pair.TakeKeys(recordsPerKey: 2));
        Assert.That(Convert.ToHexStringLower(pair.ClientKeys.HandshakeHash.Span), Is.EqualTo(example.Hash));
        Assert.That(Convert.ToHexStringLower(pair.ServerKeys.HandshakeHash.Span), Is.EqualTo(example.Hash));
        Assert.That(Seal(pair.ClientKeys.Sealer, FirstOfClient), Is.EqualTo(example.ClientRecord));
        Assert.That(Seal(pair.ServerKeys.Sealer, FirstOfServer), Is.EqualTo(example.ServerRecord));
        Seal(pair.ClientKeys.Sealer, "second of the client");
        Assert.That(Seal(pair.ClientKeys.Sealer, "third of the client"), Is.EqualTo(example.ThirdClientRecord));
    }

    private static string Seal(RecordSealer sealer, string text)
    {
        byte[] plaintext = Encoding.ASCII.GetBytes(text);
        byte[] record = new byte[plaintext.Length + RecordLayout.OverheadBytes];
        Assert.That(sealer.Seal(plaintext, record, out int written), Is.EqualTo(RecordStatus.Done));
        Assert.That(written, Is.EqualTo(record.Length));
        return Convert.ToHexStringLower(record);
    }

    private sealed record Example
    {
        internal required bool Authenticate { get; init; }

        internal required string Start { get; init; }

        internal required string Respond { get; init; }

        internal string? Finish { get; init; }

        internal required string Hash { get; init; }

        internal required string ClientRecord { get; init; }

        internal required string ServerRecord { get; init; }

        internal required string ThirdClientRecord { get; init; }
    }
}
