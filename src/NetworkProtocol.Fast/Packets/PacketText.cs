using System;
using System.Globalization;
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
    /// A peer's text for people and logs: what is not UTF-8 becomes U+FFFD, and so do control characters, line and
    /// paragraph separators and format characters (Unicode categories Cc, Zl, Zp, Cf), which could forge log lines,
    /// steer a terminal, or show another text than there is by turning its direction.
    /// </summary>
    public static string ToDisplayString(ReadOnlySpan<byte> utf8)
    {
        string text = Encoding.UTF8.GetString(utf8);
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (IsHarmful(rune))
            {
                return string.Create(text.Length, text, static (shown, source) => Replace(shown, source));
            }
        }

        return text;
    }

    // Of a harmful character each half of a surrogate pair is replaced, so that the length stays.
    private static void Replace(Span<char> shown, string source)
    {
        int at = 0;
        foreach (Rune rune in source.EnumerateRunes())
        {
            Span<char> place = shown.Slice(at, rune.Utf16SequenceLength);
            if (IsHarmful(rune))
            {
                place.Fill('\uFFFD');
            }
            else
            {
                rune.EncodeToUtf16(place);
            }

            at += place.Length;
        }
    }

    private static bool IsHarmful(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control
        or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
