using System;
using System.Collections.Generic;
using System.Text;
using NetworkProtocol.Fast.Memory;

namespace NetworkProtocol.Fast.Session;

/// <summary>
/// What the files of known hosts and authorised keys have in common: UTF-8, one entry a line, # comments, and that
/// whoever may change the file decides who is trusted.
/// </summary>
internal static class TrustFile
{
    /// <summary>Some ten thousand entries. More belong into a directory service.</summary>
    internal const int BytesMax = 1 << 20;

    private static readonly char[] Blanks = [' ', '\t'];
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>The lines that hold an entry, trimmed, with their numbers from 1.</summary>
    /// <exception cref="KeyFileException">The file is missing, unreadable, too long, open to changes by others in
    /// whatever way, or no text.</exception>
    internal static List<(int Number, string Text)> ReadEntries(string what, string path)
    {
        byte[] content = KeyFiles.Read(what, path, BytesMax, out FileStatus status);
        if ((status.Mode & KeyFiles.OthersWrite) != 0)
        {
            throw new KeyFileException(path,
                $"{what} {path} can be changed by others (mode {KeyFiles.Octal(status.Mode)}); run chmod go-w {path}");
        }

        FileTrust.Require(what, path, status);

        var entries = new List<(int, string)>();
        int number = 0;
        foreach (string line in Decode(what, path, content).Split('\n'))
        {
            number++;
            string text = line.Trim();
            if (text.Length > 0 && text[0] != '#')
            {
                RequirePrintable(what, path, number, text);
                entries.Add((number, text));
            }
        }

        return entries;
    }

    /// <summary>Takes the first word off a text; the rest comes without blanks around it.</summary>
    internal static string TakeWord(ref string text)
    {
        int end = text.IndexOfAny(Blanks);
        string word = end < 0 ? text : text[..end];
        text = end < 0 ? string.Empty : text[end..].Trim();
        return word;
    }

    /// <exception cref="KeyFileException">The word is none.</exception>
    internal static KeyFingerprint ParseFingerprint(string what, string path, int line, string word) =>
        KeyFingerprint.TryParse(word, out KeyFingerprint? fingerprint, out string? error)
            ? fingerprint
            : throw Malformed(what, path, line, error);

    internal static KeyFileException Malformed(string what, string path, int line, string fault) =>
        new(path, $"{what} {path} line {line}: {fault}", line);

    private static string Decode(string what, string path, byte[] content)
    {
        try
        {
            string text = Strict.GetString(content);
            return text.StartsWith('\uFEFF') ? text[1..] : text;
        }
        catch (DecoderFallbackException e)
        {
            int line = content.AsSpan(0, e.Index).Count((byte)'\n') + 1;
            throw Malformed(what, path, line, "is not UTF-8 text; save the file as UTF-8");
        }
    }

    // Entries end up in logs and on terminals.
    private static void RequirePrintable(string what, string path, int line, string text)
    {
        foreach (char c in text)
        {
            if (char.IsControl(c) && c != '\t')
            {
                throw Malformed(what, path, line, $"holds a control character (U+{(int)c:X4}); remove it");
            }
        }
    }
}
