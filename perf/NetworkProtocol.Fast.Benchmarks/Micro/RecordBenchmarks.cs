using System;
using System.Buffers.Binary;
using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using NetworkProtocol.Fast.Session;
using NetworkProtocol.Fast.Session.Noise;

namespace NetworkProtocol.Fast.Benchmarks.Micro;

/// <summary>A record of a secure session sealed, and sealed and opened again, against the platform's cipher used the
/// plain way: a new nonce and a new array for each.</summary>
[MemoryDiagnoser(displayGenColumns: false)]
public class RecordBenchmarks
{
    // The key changes once in a million records; its few hundred bytes would fall into some iterations and not into
    // others.
    private const long RecordsPerKey = long.MaxValue;

    private readonly byte[] key = RandomNumberGenerator.GetBytes(AesGcmCipher.KeyBytes);
    private byte[] plaintext = [];
    private byte[] record = [];
    private byte[] opened = [];
    private RecordSealer sealer = null!;
    private RecordSealer pairSealer = null!;
    private RecordOpener pairOpener = null!;
    private AesGcm aes = null!;
    private ulong counter;

    [Params(64, 1 << 10, 16 << 10, RecordLayout.PlaintextBytesMax)]
    public int PlaintextBytes { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        plaintext = RandomNumberGenerator.GetBytes(PlaintextBytes);
        record = new byte[PlaintextBytes + RecordLayout.OverheadBytes];
        opened = new byte[PlaintextBytes];
        sealer = new RecordSealer(new CipherState(key), RecordsPerKey);
        pairSealer = new RecordSealer(new CipherState(key), RecordsPerKey);
        pairOpener = new RecordOpener(new CipherState(key), RecordsPerKey);
        aes = new AesGcm(key, RecordLayout.TagBytes);
        counter = 0;
        Expect.Same(Seal(), record.Length, nameof(Seal));
        Expect.Same(record.AsSpan(RecordLayout.LengthBytes).SequenceEqual(SealIntoNewArray()), true, "the same bytes");
        counter = 0;
        Expect.Same(SealAndOpen(), PlaintextBytes, nameof(SealAndOpen));
        Expect.Same(opened.AsSpan().SequenceEqual(plaintext), true, "opening");
        Expect.Same(SealAndOpenIntoNewArrays().AsSpan().SequenceEqual(plaintext), true, "opening the plain way");
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        sealer.Dispose();
        pairSealer.Dispose();
        pairOpener.Dispose();
        aes.Dispose();
    }

    [Benchmark]
    public int Seal()
    {
        sealer.Seal(plaintext, record, out int written);
        return written;
    }

    /// <summary>A record opens once, so the seal comes along.</summary>
    [Benchmark]
    public int SealAndOpen()
    {
        pairSealer.Seal(plaintext, record, out int written);
        pairOpener.TryOpen(record.AsSpan(0, written)[RecordLayout.LengthBytes..], opened, out int read);
        return read;
    }

    [Benchmark(Baseline = true)]
    public byte[] SealIntoNewArray()
    {
        byte[] output = new byte[plaintext.Length + RecordLayout.TagBytes];
        aes.Encrypt(
            NewNonce(counter++), plaintext, output.AsSpan(0, plaintext.Length), output.AsSpan(plaintext.Length));
        return output;
    }

    [Benchmark]
    public byte[] SealAndOpenIntoNewArrays()
    {
        ulong nonce = counter;
        byte[] input = SealIntoNewArray();
        byte[] output = new byte[plaintext.Length];
        aes.Decrypt(NewNonce(nonce), input.AsSpan(0, output.Length), input.AsSpan(output.Length), output);
        return output;
    }

    private static byte[] NewNonce(ulong value)
    {
        byte[] nonce = new byte[AesGcmCipher.NonceBytes];
        BinaryPrimitives.WriteUInt64BigEndian(nonce.AsSpan(sizeof(uint)), value);
        return nonce;
    }
}
