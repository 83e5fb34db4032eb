using System.Globalization;
using System.Linq;
using System.Text;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary>
/// Keeps a message on one line of a terminal or log, and from steering the terminal: it may show a value that came from
/// the command line or a peer.
/// </summary>
internal static class OneLine
{
    internal static string Of(string message)
    {
        if (!message.Any(IsBreaking))
        {
            return message;
        }

        var escaped = new StringBuilder(message.Length + 16);
        foreach (char c in message)
        {
            if (IsBreaking(c))
            {
                escaped.Append(Escape(c));
            }
            else
            {
                escaped.Append(c);
            }
        }

        return escaped.ToString();
    }

    // The separators of lines and paragraphs are no control characters, but end a line all the same.
    private static bool IsBreaking(char c) => char.IsControl(c) || c is '\u2028' or '\u2029';

    private static string Escape(char c) => c switch
    {
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        _ => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
    };
}
