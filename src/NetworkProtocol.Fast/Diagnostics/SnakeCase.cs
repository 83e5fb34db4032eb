using System.Text;

namespace NetworkProtocol.Fast.Diagnostics;

/// <summary>Values of labels out of names in code: <c>SlowConsumer</c> becomes <c>slow_consumer</c>.</summary>
internal static class SnakeCase
{
    internal static string Of(string name)
    {
        var text = new StringBuilder(name.Length + 4);
        foreach (char c in name)
        {
            if (char.IsAsciiLetterUpper(c) && text.Length > 0)
            {
                text.Append('_');
            }

            text.Append(char.ToLowerInvariant(c));
        }

        return text.ToString();
    }
}
