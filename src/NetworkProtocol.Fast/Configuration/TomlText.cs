using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;

namespace NetworkProtocol.Fast.Configuration;

/// <summary>Writes values as TOML.</summary>
internal static class TomlText
{
    internal static string Write(ConfigurationKey key, IReadOnlyList<string> texts) => key.IsList
        ? $"[{string.Join(", ", texts.Select(Quote))}]"
        : key.Form is ValueForm.Number or ValueForm.Flag ? texts[0] : Quote(texts[0]);

    // TOML 1.0, basic strings: quotation mark, backslash and control characters are escaped.
    private static string Quote(string text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (char c in text)
        {
            switch (c)
            {
                case '"' or '\\':
                    quoted.Append('\\').Append(c);
                    break;
                case < ' ' or '\x7f':
                    quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}");
                    break;
                default:
                    quoted.Append(c);
                    break;
            }
        }

        return quoted.Append('"').ToString();
    }
}
