using System;
using NetworkProtocol.Fast.Configuration;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Cli;

/// <summary>Durations and sizes as people write them.</summary>
[TestFixture]
internal sealed class QuantityTests
{
    [TestCase("250ms", 250, "250ms")]
    [TestCase("2s", 2_000, "2s")]
    [TestCase("1.5s", 1_500, "1500ms")]
    [TestCase("120s", 120_000, "2m")]
    [TestCase("1m", 60_000, "1m")]
    [TestCase("1h", 3_600_000, "1h")]
    [TestCase("0ms", 0, "0ms")]
    public void Duration_Written_IsReadAndHasACanonicalForm(string text, long milliseconds, string canonical)
    {
        Assert.That(Duration.Parse(text, out Duration value), Is.Null);
        Assert.That(value.Span, Is.EqualTo(TimeSpan.FromMilliseconds(milliseconds)));
        Assert.That(value.ToString(), Is.EqualTo(canonical));
    }

    [TestCase("")]
    [TestCase("5")]
    [TestCase("s")]
    [TestCase("-1s")]
    [TestCase("1.2.3s")]
    [TestCase("1 s")]
    [TestCase("1S")]
    [TestCase("99999999999999999999h")]
    [TestCase("9999999999999999999999999999999999999999h")]
    public void Duration_Bad_IsRefusedWithAHint(string text) =>
        Assert.That(Duration.Parse(text, out _), Does.StartWith($"'{text}' is not a duration; write"));

    [TestCase("0", 0, "0B")]
    [TestCase("512", 512, "512B")]
    [TestCase("512B", 512, "512B")]
    [TestCase("64KiB", 64 << 10, "64KiB")]
    [TestCase("1.5KiB", 1536, "1536B")]
    [TestCase("1024KiB", 1 << 20, "1MiB")]
    [TestCase("1GiB", 1 << 30, "1GiB")]
    public void ByteSize_Written_IsReadAndHasACanonicalForm(string text, long bytes, string canonical)
    {
        Assert.That(ByteSize.Parse(text, out ByteSize value), Is.Null);
        Assert.That(value.Bytes, Is.EqualTo(bytes));
        Assert.That(value.ToString(), Is.EqualTo(canonical));
    }

    [TestCase("")]
    [TestCase("KiB")]
    [TestCase("1.5")]
    [TestCase("-1")]
    [TestCase("1kb")]
    [TestCase("99999999999999GiB")]
    public void ByteSize_Bad_IsRefusedWithAHint(string text) =>
        Assert.That(ByteSize.Parse(text, out _), Does.StartWith($"'{text}' is not a size; write"));
}
