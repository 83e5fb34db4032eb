using System;
using System.Buffers;
using System.Globalization;
using NetworkProtocol.Fast.Packets;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Packets;

/// <summary>
/// Random and mutated inputs to everything that reads a peer's bytes: no exception, no allocation beyond a bound,
/// always a status that makes sense. NPFAST_FUZZ_ITERATIONS sets how many in all, NPFAST_FUZZ_SEED repeats a run.
/// </summary>
internal sealed class PacketFuzzTests
{
    private const long IterationsDefault = 10_000_000;

    private static readonly long Iterations = Variable("NPFAST_FUZZ_ITERATIONS") is > 0 and long count
        ? count
        : IterationsDefault;

    private static readonly ulong Seed = (ulong)(Variable("NPFAST_FUZZ_SEED") ?? Environment.TickCount64);

    [Test]
    public void Framer_AnyBytes_GivesAStatus()
    {
        FuzzRandom random = Start(share: 45, out long iterations);
        byte[] buffer = new byte[2048];
        int done = 0;
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        for (long i = 0; i < iterations; i++)
        {
            int length = random.Below(64);
            Span<byte> input = buffer.AsSpan(0, length);
            if ((i & 7) == 0)
            {
                random.Fill(input);
            }
            else
            {
                // A window of packets that begins at one, mostly with a changed header.
                ReadOnlySpan<byte> sample = PacketSamples.All[random.Below(PacketSamples.All.Count)].Bytes;
                sample[..Math.Min(sample.Length, length)].CopyTo(input);
                random.Mutate(input[..Math.Min(PacketHeader.BytesCount, length)]);
            }

            done += FrameChecked(input, payloadBytesMax: 1024) ? 1 : 0;
        }

        AssertAllocatedNothing(allocated);
        Assert.That(done, Is.GreaterThan(iterations / 100), "enough inputs are whole packets");
    }

    [Test]
    public void Reader_AnyBytes_StaysWithinThem()
    {
        FuzzRandom random = Start(share: 15, out long iterations);
        byte[] buffer = new byte[64];
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        for (long i = 0; i < iterations; i++)
        {
            int length = random.Below(buffer.Length);
            random.Fill(buffer.AsSpan(0, 16));
            PacketReader reader = new(buffer.AsSpan(0, length));
            ulong steps = random.Next();
            for (int step = 0; step < 8; step++, steps >>= 8)
            {
                int before = reader.Remaining.Length;
                bool isRead = Step(ref reader, (byte)steps, out int taken);
                if (reader.Remaining.Length != before - (isRead ? taken : 0))
                {
                    Assert.Fail($"step {(byte)steps} took {before - reader.Remaining.Length} bytes, not {taken}");
                }
            }
        }

        AssertAllocatedNothing(allocated);
    }

    [Test]
    public void Hello_AnyBytes_GivesSettingsOrAFault()
    {
        FuzzRandom random = Start(share: 15, out long iterations);
        byte[] sample = PacketSamples.Hello(new LinkSettings { Software = "fuzz/1 " + new string('µ', 20) })[16..];
        byte[] buffer = new byte[sample.Length];
        int read = 0;
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        for (long i = 0; i < iterations; i++)
        {
            sample.CopyTo(buffer, 0);
            int length = MutateOrFill(ref random, buffer, i);
            ReadOnlySpan<byte> input = buffer.AsSpan(0, length);
            bool isRead = LinkSettings.TryRead(input, out LinkSettings settings, out PacketFault fault);
            read += isRead ? 1 : 0;
            if (isRead != fault.IsNone || (isRead && (settings.PayloadBytesMax < 1024 || settings.Software is null)))
            {
                Assert.Fail($"read {isRead} {settings} {fault}");
            }

            NegotiatedSettings both = NegotiatedSettings.From(settings, new LinkSettings());
            if (both.SendPayloadBytesMax > PacketLimits.PayloadBytesMax || both.Codecs > CodecSet.All)
            {
                Assert.Fail($"{settings} became {both}");
            }
        }

        // Two strings of at most 255 characters each.
        long bound = iterations * 2 * ((PacketLimits.NameBytesMax * sizeof(char)) + 32);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - allocated, Is.LessThan(bound));
        Assert.That(read, Is.GreaterThan(iterations / 100));
    }

    [Test]
    public void ErrorPayload_AnyBytes_GivesCodeAndText()
    {
        FuzzRandom random = Start(share: 10, out long iterations);
        byte[] buffer = new byte[64];
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        for (long i = 0; i < iterations; i++)
        {
            int length = random.Below(buffer.Length);
            Span<byte> input = buffer.AsSpan(0, length);
            random.Fill(input);
            bool isRead = ErrorPayload.TryRead(input, out ErrorPayload error, out PacketFault fault)
                & DisconnectPayload.TryRead(input, out DisconnectPayload disconnect, out _);
            if (isRead != length >= 2 || isRead != fault.IsNone)
            {
                Assert.Fail($"{length} bytes: {fault}");
            }

            if (isRead && (error.ToDisplayString().Length > length || disconnect.Reason.Length != length - 2))
            {
                Assert.Fail($"{length} bytes became {error.ToDisplayString()}");
            }
        }

        // A few short strings, and what replacing ill-formed UTF-8 takes.
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - allocated, Is.LessThan(iterations * 1024));
    }

    [TestCase("lz4:3", PayloadCodec.Lz4, 10)]
    [TestCase("zstd:1", PayloadCodec.Zstd, 5)]
    public void Inflater_AnyBytes_StaysWithinItsDestination(string compression, PayloadCodec codec, int share)
    {
        const int Guard = 64;
        const int BytesMax = 4096;
        FuzzRandom random = Start(share, out long iterations);
        byte[] sample = new byte[600];
        using PayloadCompressor compressor = PayloadCompressorTests.Compressor(compression);
        byte[] text = PayloadCompressorTests.Text(600);
        Assert.That(compressor.TryCompress(text, CodecSet.All, 0, sample, out _, out int bytes), Is.True);
        byte[] buffer = new byte[bytes];
        byte[] destination = new byte[BytesMax + Guard];
        int whole = 0;
        _ = PayloadCompressorTests.Inflate(sample.AsSpan(0, bytes), codec, out _);
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        for (long i = 0; i < iterations; i++)
        {
            sample.AsSpan(0, bytes).CopyTo(buffer);
            int length = MutateOrFill(ref random, buffer, i);
            ReadOnlySpan<byte> input = buffer.AsSpan(0, length);
            if (PayloadInflater.TryReadLength(input, codec, BytesMax, out int inflated, out PacketFault fault)
                != OperationStatus.Done)
            {
                continue;
            }

            destination.AsSpan(inflated, Guard).Fill(0xA5);
            OperationStatus status = PayloadInflater.Inflate(input, codec, destination.AsSpan(0, inflated), out fault);
            whole += status == OperationStatus.Done ? 1 : 0;
            if (fault.IsNone != (status == OperationStatus.Done)
                || destination.AsSpan(inflated, Guard).IndexOfAnyExcept((byte)0xA5) >= 0)
            {
                Assert.Fail($"{Convert.ToHexString(input)}: {status} {fault}");
            }
        }

        AssertAllocatedNothing(allocated);
        Assert.That(whole, Is.GreaterThan(0), "some mutations still inflate");
    }

    private static bool FrameChecked(ReadOnlySpan<byte> input, uint payloadBytesMax)
    {
        OperationStatus status = PacketFramer.Read(
            input, payloadBytesMax, out PacketView packet, out int packetBytes, out PacketFault fault);
        bool isSound = status switch
        {
            OperationStatus.Done => fault.IsNone && packetBytes <= input.Length
                && packet.Bytes.Length == packetBytes
                && packet.Name.Length + packet.Payload.Length + PacketHeader.BytesCount == packetBytes
                && packet.Header.PayloadLength <= payloadBytesMax
                && packet.RoutingName.Length <= PacketLimits.NameBytesMax,
            OperationStatus.NeedMoreData => fault.IsNone && packetBytes > input.Length
                && packetBytes <= PacketHeader.BytesCount + PacketLimits.NameBytesMax + payloadBytesMax,
            OperationStatus.InvalidData => !fault.IsNone && fault.Text is not null && packetBytes == 0,
            _ => false,
        };
        if (!isSound)
        {
            Assert.Fail($"{Convert.ToHexString(input)}: {status} {packetBytes} {fault}");
        }

        return status == OperationStatus.Done;
    }

    private static bool Step(ref PacketReader reader, byte choice, out int taken)
    {
        switch (choice % 6)
        {
            case 0:
                taken = 1;
                return reader.TryReadByte(out _);
            case 1:
                taken = 2;
                return reader.TryReadUInt16(out _);
            case 2:
                taken = 4;
                return reader.TryReadUInt32(out _);
            case 3:
                taken = 8;
                return reader.TryReadUInt64(out _);
            case 4:
                bool isRead = reader.TryReadShortString(out ReadOnlySpan<byte> text);
                taken = text.Length + 1;
                return isRead;
            default:
                taken = choice - 20;
                return reader.TryReadBytes(taken, out _);
        }
    }

    /// <summary>Mostly the sample in the buffer with a few changes, sometimes cut; one in eight is noise.</summary>
    private static int MutateOrFill(ref FuzzRandom random, byte[] buffer, long i)
    {
        if ((i & 7) == 0)
        {
            random.Fill(buffer);
            return random.Below(buffer.Length + 1);
        }

        random.Mutate(buffer);
        return (i & 7) == 1 ? random.Below(buffer.Length + 1) : buffer.Length;
    }

    private static FuzzRandom Start(int share, out long iterations)
    {
        iterations = Iterations * share / 100;
        TestContext.Out.WriteLine($"seed {Seed}, {iterations} inputs");
        return new FuzzRandom(Seed);
    }

    /// <summary>
    /// A few kilobytes are the runtime's own, such as what compiling a method anew on a higher tier leaves.
    /// </summary>
    private static void AssertAllocatedNothing(long before) =>
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(16 * 1024));

    private static long? Variable(string name) =>
        long.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out long value)
            ? value
            : null;
}
