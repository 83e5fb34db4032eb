using System;
using System.IO;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Packets;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary>Where <c>send</c> takes its payload from: the command line, stdin or a file.</summary>
internal static class PayloadSource
{
    private const string Stdin = "-";
    private const int ChunkBytes = 64 << 10;

    /// <exception cref="UsageException">Both are given, or the path names no file.</exception>
    /// <exception cref="CommandFailedException">It is more than any peer accepts.</exception>
    internal static async Task<byte[]> ReadAsync(string? data, string? path, CancellationToken cancellationToken)
    {
        if (data is not null && path is not null)
        {
            throw new UsageException("both DATA and --file are given; leave one out");
        }

        if (path is null && data != Stdin)
        {
            return data is null ? [] : Encoding.UTF8.GetBytes(data);
        }

        if (path is not null)
        {
            RequireFile(path);
        }

        // To open a FIFO and to read stdin block, and no token ends that. Whoever gives up leaves the thread behind.
        return await Task.Run(() => ReadToEnd(path), cancellationToken)
            .WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <exception cref="CommandFailedException">There are more bytes than that.</exception>
    internal static void CheckSize(long bytes, long bytesMax)
    {
        if (bytes > bytesMax)
        {
            throw new CommandFailedException($"the payload is too large; at most {bytesMax} bytes are accepted");
        }
    }

    private static void RequireFile(string path)
    {
        if (path.Length == 0)
        {
            throw new UsageException("--file: the path is empty; name a file");
        }

        if (Directory.Exists(path))
        {
            throw new UsageException($"--file: '{path}' is a folder; name a file");
        }
    }

    private static byte[] ReadToEnd(string? path)
    {
        using Stream source = path is null ? Console.OpenStandardInput() : File.OpenRead(path);
        using var bytes = new MemoryStream();
        byte[] chunk = new byte[ChunkBytes];
        int read;
        while ((read = source.Read(chunk)) > 0)
        {
            bytes.Write(chunk, 0, read);

            // Whatever the peer accepts, it is not more than this: an endless stdin must not become memory.
            CheckSize(bytes.Length, PacketLimits.PayloadBytesMax);
        }

        return bytes.ToArray();
    }
}
