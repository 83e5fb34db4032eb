using System;
using System.Text;
using System.Text.Unicode;

namespace NetworkProtocol.Fast.Packets;

/// <summary>Text that goes to and comes from peers.</summary>
internal static class PacketText
{
    /// <summary>
    /// The longest part of a text that takes at most so many bytes in UTF-8, cut between characters.
    /// </summary>
    public static ReadOnlySpan<char> Fit(ReadOnlySpan<char> text, int bytesMax)
    {
        int bytes = 0;
        int chars = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > bytesMax)
            {
                return text[..chars];
            }

            chars += rune.Utf16SequenceLength;
        }

        return text;
    }

    /// <summary>Writes a text that <see cref="Fit"/> passed; half surrogate pairs become U+FFFD.</summary>
    public static bool TryEncode(ReadOnlySpan<char> text, Span<byte> destination, out int bytesWritten) =>
        Utf8.FromUtf16(text, destination, out _, out bytesWritten) == System.Buffers.OperationStatus.Done;

    /// <summary>
    /// A peer's text for people and logs: what is not UTF-8 becomes U+FFFD, and so do control characters, which could
    /// forge log lines or steer a terminal.
    /// </summary>
    public static string ToDisplayString(ReadOnlySpan<byte> utf8)
    {
        string text = Encoding.UTF8.GetString(utf8);
        foreach (char c in text)
        {
            if (char.IsControl(c))
            {
                return string.Create(text.Length, text, static (shown, source) =>
                {
                    for (int i = 0; i < shown.Length; i++)
                    {
                        shown[i] = char.IsControl(source[i]) ? '\uFFFD' : source[i];
                    }
                });
            }
        }

        return text;
    }
}
