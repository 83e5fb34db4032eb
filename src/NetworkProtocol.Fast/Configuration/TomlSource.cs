using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Tomlyn;
using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace NetworkProtocol.Fast.Configuration;

/// <summary>
/// Reads a TOML text into a configuration. Goes on after a fault, so that all of them are told at once. Of Tomlyn the
/// syntax tree is used: it knows where everything stands, and binds nothing by reflection.
/// </summary>
internal sealed class TomlSource(NetworkConfiguration configuration, string file)
{
    private readonly HashSet<string> tables = [];

    internal void Read(string text)
    {
        DocumentSyntax document;
        try
        {
            document = SyntaxParser.Parse(text, file, validate: true);
        }
        catch (TomlException e)
        {
            // Of its own accord the parser gives up only where lists or tables nest too deep.
            Report(new(ConfigurationLayer.File, file, (e.Span?.Start.Line ?? 0) + 1, (e.Span?.Start.Column ?? 0) + 1),
                "not valid TOML: lists or tables nest deeper than any key takes; remove the inner ones");
            return;
        }

        foreach (DiagnosticMessage message in document.Diagnostics)
        {
            string said = message.Message.Replace("\r", string.Empty).Replace("\n", string.Empty);
            Report(At(message.Span), $"not valid TOML: {char.ToLowerInvariant(said[0])}{said[1..]}");
        }

        foreach (KeyValueSyntax pair in document.KeyValues)
        {
            ReadRoot(pair);
        }

        foreach (TableSyntaxBase table in document.Tables)
        {
            ReadTable(table);
        }
    }

    private void ReadRoot(KeyValueSyntax pair)
    {
        List<string> path = PathOf(pair.Key);
        if (path.Count == 0 || pair.Value is null)
        {
            return;
        }

        ConfigurationOrigin at = At(pair.Key!.Span);
        if (ConfigurationSchema.Find(path[0]) is not { } section)
        {
            string? home = ConfigurationSchema.Sections.FirstOrDefault(s => s.Find(path[^1]) is not null)?.Header;
            Report(at, home is null
                ? $"unknown key '{string.Join('.', path)}'; "
                    + NearestName.Advise(path[0], ConfigurationSchema.SectionNames)
                : $"'{path[^1]}' stands before the first section; put it under {home}");
            return;
        }

        switch (pair.Value)
        {
            case InlineTableSyntax table when path.Count == 1 && !section.IsList:
                ReadInline(table, configuration.Single(section, at));
                break;
            case ArraySyntax array when path.Count == 1 && section.IsList:
                foreach (ArrayItemSyntax element in array.Items)
                {
                    if (element.Value is InlineTableSyntax table)
                    {
                        ReadInline(table, configuration.Add(section, At(table.Span)));
                    }
                    else
                    {
                        Report(At(element.Value!.Span), $"{section.Name}: expected a table, as in {section.Header}");
                    }
                }

                break;
            case not null when path.Count == 2 && !section.IsList:
                ReadKey(configuration.Single(section, at), path[1], at, pair.Value);
                break;
            default:
                Report(at, $"'{string.Join('.', path)}' is no value; write {section.Header} and its keys below");
                break;
        }
    }

    private void ReadInline(InlineTableSyntax table, ConfigurationItem item)
    {
        foreach (InlineTableItemSyntax element in table.Items)
        {
            ReadPair(item, element.KeyValue);
        }
    }

    private void ReadTable(TableSyntaxBase table)
    {
        List<string> path = PathOf(table.Name);
        if (path.Count == 0)
        {
            return;
        }

        string name = string.Join('.', path);
        ConfigurationOrigin at = At(table.Name!.Span);
        if (ConfigurationSchema.Find(name) is not { } section)
        {
            Report(at, $"unknown section '{name}'; {NearestName.Advise(name, ConfigurationSchema.SectionNames)}");
            return;
        }

        if (section.IsList != table is TableArraySyntax)
        {
            Report(at, section.IsList
                ? $"[{name}] may occur many times; write {section.Header}"
                : $"[[{name}]] occurs once only; write {section.Header}");
            return;
        }

        if (!section.IsList && !tables.Add(name))
        {
            Report(at, $"{section.Header} is given twice; put its keys into one");
        }

        ConfigurationItem item = section.IsList ? configuration.Add(section, at) : configuration.Single(section, at);
        foreach (KeyValueSyntax pair in table.Items)
        {
            ReadPair(item, pair);
        }
    }

    private void ReadPair(ConfigurationItem item, KeyValueSyntax? pair)
    {
        List<string> path = PathOf(pair?.Key);
        if (path.Count > 0 && pair!.Value is not null)
        {
            ReadKey(item, string.Join('.', path), At(pair.Key!.Span), pair.Value);
        }
    }

    private void ReadKey(ConfigurationItem item, string name, ConfigurationOrigin at, ValueSyntax value)
    {
        if (item.Section.Find(name) is not { } key)
        {
            Report(at, UnknownKey(item.Section, name));
            return;
        }

        if (item.Find(key) is { Origin: { Layer: ConfigurationLayer.File } before } && before.Source == at.Source)
        {
            Report(at, $"{key.Path} is given twice; keep one of them");
            return;
        }

        var texts = new List<string>();
        bool isGood = true;
        if (value is ArraySyntax array && key.IsList)
        {
            foreach (ArrayItemSyntax element in array.Items)
            {
                isGood &= element.Value is not null && TryRead(key, element.Value, texts);
            }
        }
        else
        {
            isGood = TryRead(key, value, texts);
        }

        if (isGood)
        {
            item.Set(key, new ConfigurationValue(texts, At(value.Span)));
        }
        else
        {
            configuration.NoteBad(item, key);
        }
    }

    private bool TryRead(ConfigurationKey key, ValueSyntax value, List<string> texts)
    {
        if (TextOf(key.Form, value) is not { } text)
        {
            Report(At(value.Span), $"{key.Path}: expected {Expected(key)}, not {Kind(value)}");
            return false;
        }

        if (key.Check(text) is { } error)
        {
            Report(At(value.Span), $"{key.Path}: {error}");
            return false;
        }

        texts.Add(text);
        return true;
    }

    private static string? TextOf(ValueForm form, ValueSyntax value) => (form, value) switch
    {
        (ValueForm.Text or ValueForm.Time or ValueForm.Size, StringValueSyntax text) => text.Value,
        (ValueForm.Number or ValueForm.Size, IntegerValueSyntax number) =>
            number.Value.ToString(CultureInfo.InvariantCulture),
        (ValueForm.Flag, BooleanValueSyntax flag) => flag.Value ? "true" : "false",
        _ => null,
    };

    private static string Expected(ConfigurationKey key) => key.Form switch
    {
        ValueForm.Number => "a number without quotes",
        ValueForm.Flag => "true or false without quotes",
        ValueForm.Time => "a duration in quotes, as in \"15s\"",
        ValueForm.Size => "a size in quotes, as in \"16MiB\", or a number of bytes",
        _ when key.IsList => $"texts in quotes, as in [\"{key.Example ?? key.ValueName}\"]",
        _ => "a text in quotes",
    };

    private static string Kind(ValueSyntax value) => value switch
    {
        StringValueSyntax => "a text in quotes",
        IntegerValueSyntax => "a number",
        FloatValueSyntax => "a fraction",
        BooleanValueSyntax => "true or false",
        DateTimeValueSyntax => "a date or time",
        ArraySyntax => "a list",
        _ => "a table",
    };

    internal static string UnknownKey(ConfigurationSection section, string name)
    {
        string[] names = [.. section.Keys.Select(static k => k.Name)];
        ConfigurationSection? other = NearestName.Find(name, names) is null
            ? ConfigurationSchema.Sections.FirstOrDefault(s => s.Find(name) is not null)
            : null;
        return $"unknown key '{name}' in {section.Header}; " + (other is null
            ? NearestName.Advise(name, names)
            : $"it belongs under {other.Header}");
    }

    private static List<string> PathOf(KeySyntax? key)
    {
        var path = new List<string>();
        if (key?.Key is { } first)
        {
            path.Add(TextOf(first));
            foreach (DottedKeyItemSyntax next in key.DotKeys)
            {
                path.Add(next.Key is null ? string.Empty : TextOf(next.Key));
            }
        }

        return path;
    }

    private static string TextOf(BareKeyOrStringValueSyntax key) => key switch
    {
        BareKeySyntax bare => bare.Key?.Text ?? string.Empty,
        StringValueSyntax quoted => quoted.Value ?? string.Empty,
        _ => string.Empty,
    };

    // Tomlyn counts from 0, editors from 1.
    private ConfigurationOrigin At(SourceSpan span) =>
        new(ConfigurationLayer.File, file, span.Start.Line + 1, span.Start.Column + 1);

    private void Report(ConfigurationOrigin at, string message) => configuration.Report(at, message);
}
