using System;
using System.Linq;
using NetworkProtocol.Fast.Session;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Session;

internal sealed class KeyedHashTests
{
    private const int Buckets = 256;

    [Test]
    public void Of_ValuesThatDifferInAnyPart_SpreadOverTheBuckets([Values(0, 20, 32, 56, 64, 96, 112)] int shift)
    {
        KeyedHash hash = KeyedHash.Create();
        int[] counts = new int[Buckets];
        const int Values = Buckets * 64;
        for (int i = 0; i < Values; i++)
        {
            counts[hash.Of((UInt128)i << shift) & (Buckets - 1)]++;
        }

        // 64 expected for each. A function that ignored these bits would put all into one.
        Assert.That(counts.Max(), Is.LessThan(1_000));
    }

    [Test]
    public void Create_Twice_HashesDifferently()
    {
        KeyedHash one = KeyedHash.Create();
        KeyedHash other = KeyedHash.Create();
        Assert.That(Enumerable.Range(0, 8).Any(i => one.Of((UInt128)i) != other.Of((UInt128)i)));
        Assert.That(Enumerable.Range(0, 8).All(i => one.Of((UInt128)i) == one.Of((UInt128)i)));
    }
}
