using System.Collections.Generic;
using System.CommandLine;
using System.CommandLine.Parsing;

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
            CustomParser = result => Single(result, name, parse),
        };

    /// <summary>An option that may be given several times; null when it was not given.</summary>
    internal static Option<IReadOnlyList<T>> Repeatable<T>(
        string name, string valueName, string description, TextParser<T> parse)
    {
        var option = new Option<IReadOnlyList<T>>(name)
        {
            Description = description,
            HelpName = valueName,
            Arity = ArgumentArity.OneOrMore,
            CustomParser = result => All(result, name, parse),
        };

        // The arity counts the values of all occurrences together, so one of them may come without.
        option.Validators.Add(result =>
        {
            if (result.IdentifierTokenCount != result.Tokens.Count)
            {
                result.AddError($"{name}: a value is missing; write {name} {valueName}");
            }
        });
        return option;
    }

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
            CustomParser = result => Single(result, name, parse),
        };

    private static T? Single<T>(ArgumentResult result, string name, TextParser<T> parse) =>
        result.Tokens.Count == 0 ? default : Read(result, name, result.Tokens[0].Value, parse);

    private static List<T> All<T>(ArgumentResult result, string name, TextParser<T> parse)
    {
        var values = new List<T>(result.Tokens.Count);
        foreach (Token token in result.Tokens)
        {
            if (Read(result, name, token.Value, parse) is { } value)
            {
                values.Add(value);
            }
        }

        return values;
    }

    private static T? Read<T>(ArgumentResult result, string name, string text, TextParser<T> parse)
    {
        if (parse(text, out T value) is { } error)
        {
            result.AddError($"{name}: {error}");
            return default;
        }

        return value;
    }
}
