using System;
using System.IO;
using System.IO.Compression;
using System.Text;
using BenchmarkDotNet.Attributes;
using NetworkProtocol.Fast.Packets;

namespace NetworkProtocol.Fast.Benchmarks.Micro;

/// <summary>Text-like records through the codecs, against the deflate of the framework at its fastest.</summary>
[MemoryDiagnoser(displayGenColumns: false)]
public class CompressionBenchmarks
{
    private const CodecSet Both = CodecSet.Lz4 | CodecSet.Zstd;

    private readonly PayloadCompressor lz4 = new(Options("lz4"));
    private readonly PayloadCompressor lz4Adaptive = new(Options("lz4"));
    private readonly PayloadCompressor zstd = new(Options("zstd:1"));
    private byte[] payload = [];
    private byte[] random = [];
    private byte[] destination = [];
    private byte[] inflated = [];
    private byte[] lz4Bytes = [];
    private byte[] zstdBytes = [];

    [Params(1 << 10, 16 << 10, 256 << 10)]
    public int PayloadBytes { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        payload = Records(PayloadBytes);
        random = new byte[PayloadBytes];
        destination = new byte[PayloadBytes];
        inflated = new byte[PayloadBytes];
        new Random(2).NextBytes(random);
        lz4Bytes = destination[..Lz4Compress()];
        Expect.Same(Lz4Inflate(), PayloadCodec.Lz4, nameof(Lz4Inflate));
        Expect.Same(inflated.AsSpan().SequenceEqual(payload), true, "lz4 giving the payload back");
        zstdBytes = destination[..ZstdCompress()];
        inflated.AsSpan().Clear();
        Expect.Same(ZstdInflate(), PayloadCodec.Zstd, nameof(ZstdInflate));
        Expect.Same(inflated.AsSpan().SequenceEqual(payload), true, "zstd giving the payload back");
        Expect.Same(Lz4Incompressible(), 0, nameof(Lz4Incompressible));
        Expect.Same(DeflateCompress() < PayloadBytes / 2, true, nameof(DeflateCompress));
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        lz4.Dispose();
        lz4Adaptive.Dispose();
        zstd.Dispose();
    }

    [Benchmark]
    public int Lz4Compress() => Compress(lz4, payload);

    [Benchmark]
    public int ZstdCompress() => Compress(zstd, payload);

    /// <summary>A route whose payloads do not shrink: nearly all are sent as they are, unlooked at.</summary>
    [Benchmark]
    public int Lz4Incompressible() => Compress(lz4Adaptive, random);

    [Benchmark(Baseline = true)]
    public int DeflateCompress()
    {
        using var stream = new MemoryStream(destination);
        using (var deflate = new DeflateStream(stream, CompressionLevel.Fastest, leaveOpen: true))
        {
            deflate.Write(payload);
        }

        return (int)stream.Position;
    }

    [Benchmark]
    public PayloadCodec Lz4Inflate() => Inflate(lz4Bytes, PayloadCodec.Lz4);

    [Benchmark]
    public PayloadCodec ZstdInflate() => Inflate(zstdBytes, PayloadCodec.Zstd);

    private int Compress(PayloadCompressor compressor, byte[] source) =>
        compressor.TryCompress(source, Both, 1, destination, out _, out int written) ? written : 0;

    private PayloadCodec Inflate(byte[] source, PayloadCodec codec)
    {
        PayloadInflater.Inflate(source, codec, inflated, out PacketFault fault);
        return fault.IsNone ? codec : PayloadCodec.None;
    }

    private static CompressionOptions Options(string text) =>
        CompressionOptions.TryParse(text, out CompressionOptions? options, out string? error)
            ? options
            : throw new ArgumentException(error);

    private static byte[] Records(int bytes)
    {
        var text = new StringBuilder();
        for (int i = 0; text.Length < bytes; i++)
        {
            text.Append("{\"id\":").Append(i * 7919)
                .Append(",\"state\":\"open\",\"amount\":").Append(i % 97).Append("},");
        }

        return Encoding.ASCII.GetBytes(text.ToString(0, bytes));
    }
}
