using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;

namespace NetworkProtocol.Fast.Configuration;

/// <summary>A file with every key, its meaning and its default, all of it in comments but for the sections.</summary>
internal static class ConfigurationExample
{
    private const int ColumnsMax = 100;

    internal static string Text()
    {
        var text = new StringBuilder();
        text.Append("# npfast: every key with its default. A key is in force without the # in front of it.\n");
        text.Append("# Every key can be set in the environment as well; docs/CONFIGURATION.md has the names.\n");
        foreach (ConfigurationSection section in ConfigurationSchema.Sections)
        {
            text.Append('\n');
            Comment(text, section.Doc);
            foreach (KeyScope[] scopes in section.IsList ? ItemScopes : [AllScopes])
            {
                Write(text, section, scopes);
            }
        }

        return text.ToString();
    }

    // Keys for TLS and for Unix sockets do not go together in one item, so each kind gets one of its own.
    private static readonly KeyScope[] AllScopes = Enum.GetValues<KeyScope>();

    private static readonly KeyScope[][] ItemScopes =
        [[KeyScope.Any], [KeyScope.Tls], [KeyScope.UnixSocket, KeyScope.UnixFile]];

    private static void Write(StringBuilder text, ConfigurationSection section, KeyScope[] scopes)
    {
        if (!section.Keys.Any(k => scopes.Contains(k.Scope)))
        {
            return;
        }

        bool isFirst = scopes.Contains(KeyScope.Any);
        text.Append(isFirst ? string.Empty : "\n").Append(section.IsList ? "# " : string.Empty).Append(section.Header)
            .Append('\n');
        foreach (ConfigurationKey key in section.Keys.Where(k => scopes.Contains(k.Scope) || k.IsRequired))
        {
            if (scopes.Contains(key.Scope))
            {
                text.Append('\n');
                Comment(text, key.Doc + (key.Range is { } range ? $" ({range})" : string.Empty)
                    + (key.Otherwise is { } otherwise && !key.Doc.Contains("unless given", StringComparison.Ordinal)
                        ? $". Unless given: {otherwise}" : string.Empty));
            }

            string? other = scopes[0] == KeyScope.Tls ? key.ExampleOverTls
                : scopes[0] == KeyScope.UnixSocket ? key.ExampleOnUnix
                : null;
            IReadOnlyList<string> value = [other ?? key.DefaultText ?? key.Example ?? key.ValueName];
            text.Append("# ").Append(key.Name).Append(" = ").Append(TomlText.Write(key, value)).Append('\n');
        }
    }

    private static void Comment(StringBuilder text, string sentence)
    {
        int column = 0;
        foreach (string word in sentence.Split(' '))
        {
            bool isNew = column == 0 || column + word.Length + 1 > ColumnsMax;
            if (isNew)
            {
                text.Append(column == 0 ? "##" : "\n##");
                column = 2;
            }

            text.Append(' ').Append(word);
            column += word.Length + 1;
        }

        text.Append('\n');
    }
}
