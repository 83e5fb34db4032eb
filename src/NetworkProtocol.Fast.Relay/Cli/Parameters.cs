using System.Collections.Generic;
using System.CommandLine;
using System.CommandLine.Parsing;
using NetworkProtocol.Fast.Configuration;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary>Makes options and arguments whose values come out of a <see cref="TextParser{T}"/>.</summary>
internal static class Parameters
{
    /// <summary>An option with a default, which the help shows.</summary>
    internal static Option<T> Option<T>(
        string name, string valueName, string description, TextParser<T> parse, T fallback)
    {
        Option<T> option = Option(name, valueName, description, parse);
        option.DefaultValueFactory = _ => fallback;
        return option;
    }

    /// <summary>An option that may be left out; its value is then the type's default.</summary>
    internal static Option<T> Option<T>(
        string name, string valueName, string description, TextParser<T> parse) => new(name)
        {
            Description = description,
            HelpName = valueName,
            Arity = ArgumentArity.ExactlyOne,
            CustomParser = result => Single(result, name, valueName, parse),
        };

    /// <summary>The option that sets the same as a key of the configuration.</summary>
    internal static Option<T> Of<T>(ConfigurationKey<T> key) => key.HasDefault && key.Default is not null
        ? Option(key.Flag!, key.ValueName, key.Doc, key.Parse, key.Default)
        : Option(key.Flag!, key.ValueName, key.Doc, key.Parse);

    /// <summary>An option that may be given several times; null when it was not given.</summary>
    internal static Option<IReadOnlyList<T>> Repeatable<T>(
        string name, string valueName, string description, TextParser<T> parse)
    {
        var option = new Option<IReadOnlyList<T>>(name)
        {
            Description = description,
            HelpName = valueName,
            Arity = ArgumentArity.OneOrMore,
            CustomParser = result => All(result, name, valueName, parse),
        };

        // The arity counts the values of all occurrences together, so one of them may come without.
        option.Validators.Add(result =>
        {
            if (result.IdentifierTokenCount != result.Tokens.Count)
            {
                result.AddError(MissingValue(name, valueName));
            }
        });
        return option;
    }

    /// <summary>The option that adds to a list of the configuration; repeatable.</summary>
    internal static Option<IReadOnlyList<string>> OfEach<T>(ConfigurationKey<T> key) => Repeatable<string>(
        key.Flag!, key.IsDividedByCommas ? $"{key.ValueName}[,{key.ValueName}]" : key.ValueName,
        key.Doc + "; repeatable", (string text, out string value) =>
        {
            value = text;
            foreach (string one in CommandLineLayer.Divide(key, text))
            {
                if (key.Check(one) is { } error)
                {
                    return error;
                }
            }

            return null;
        });

    internal static Option<bool> Flag(string name, string description) => new(name)
    {
        Description = description,
        Arity = ArgumentArity.Zero,
    };

    internal static Argument<T> Argument<T>(
        string name, string description, TextParser<T> parse, bool optional = false) => new(name)
        {
            Description = description,
            Arity = optional ? ArgumentArity.ZeroOrOne : ArgumentArity.ExactlyOne,
            CustomParser = result => Single(result, name, name, parse),
        };

    private static T? Single<T>(ArgumentResult result, string name, string valueName, TextParser<T> parse) =>
        result.Tokens.Count == 0 ? default : Read(result, name, valueName, result.Tokens[0].Value, parse);

    private static List<T> All<T>(ArgumentResult result, string name, string valueName, TextParser<T> parse)
    {
        var values = new List<T>(result.Tokens.Count);
        foreach (Token token in result.Tokens)
        {
            if (Read(result, name, valueName, token.Value, parse) is { } value)
            {
                values.Add(value);
            }
        }

        return values;
    }

    private static T? Read<T>(
        ArgumentResult result, string name, string valueName, string text, TextParser<T> parse)
    {
        // The parser takes what follows an option for its value, even the next option.
        if (result.Parent is OptionResult && IsOption(result, text))
        {
            result.AddError(MissingValue(name, valueName));
            return default;
        }

        if (parse(text, out T value) is { } error)
        {
            result.AddError($"{name}: {error}");
            return default;
        }

        return value;
    }

    private static bool IsOption(SymbolResult? result, string text)
    {
        for (; result is not null; result = result.Parent)
        {
            if (result is CommandResult { Command: Command command })
            {
                foreach (Option option in command.Options)
                {
                    if (option.Name == text || option.Aliases.Contains(text))
                    {
                        return true;
                    }
                }
            }
        }

        return false;
    }

    private static string MissingValue(string name, string valueName) =>
        $"{name}: a value is missing; write {name} {valueName}";
}
