using System;
using System.Collections.Generic;
using System.Globalization;
using System.Net;
using NetworkProtocol.Fast.Relay.Cli;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Loading;

/// <summary>The command line: words in order, and options as <c>--name value</c>, taken one by one.</summary>
internal sealed class Arguments
{
    private readonly Queue<string> words = new();
    private readonly Dictionary<string, string> options = [];

    /// <exception cref="UsageException">An option has no value, or is given twice.</exception>
    internal Arguments(string[] args)
    {
        for (int i = 0; i < args.Length; i++)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal))
            {
                words.Enqueue(args[i]);
            }
            else if (i + 1 == args.Length || !options.TryAdd(args[i], args[++i]))
            {
                throw new UsageException($"{args[^1]} has no value, or is given twice");
            }
        }
    }

    /// <summary>The next word.</summary>
    /// <exception cref="UsageException">There is none.</exception>
    internal string Next(string what) =>
        words.TryDequeue(out string? word) ? word : throw new UsageException($"{what} is missing");

    internal LoadKind NextKind()
    {
        string word = Next("a kind");
        return Enum.TryParse(word, ignoreCase: true, out LoadKind kind) && Enum.IsDefined(kind)
            ? kind
            : throw new UsageException($"'{word}' is no kind; use raw, plain, secure or tls");
    }

    /// <exception cref="UsageException">It is not on this machine: nothing else may be loaded.</exception>
    internal Endpoint NextTarget()
    {
        string word = Next("a target");
        return Endpoint.TryParse(word, out Endpoint? target, out string? error) && target.IsLoopback
            ? target
            : throw new UsageException(error ?? $"{word} is not on this machine");
    }

    internal IPEndPoint NextAddress() => AddressOf(NextTarget());

    internal static IPEndPoint AddressOf(Endpoint target) => new(IPAddress.Loopback, target.Port);

    internal int Integer(string name, int otherwise) => (int)Number(name, otherwise);

    internal double Number(string name, double otherwise)
    {
        if (!options.Remove(name, out string? text))
        {
            return otherwise;
        }

        return double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value)
            ? value
            : throw new UsageException($"{name}: '{text}' is not a number");
    }

    internal string Text(string name, string otherwise) =>
        options.Remove(name, out string? text) ? text : otherwise;

    /// <summary>Call it when everything known has been taken.</summary>
    /// <exception cref="UsageException">Something is left.</exception>
    internal void End()
    {
        foreach (string name in options.Keys)
        {
            throw new UsageException($"{name} is unknown here");
        }

        if (words.TryPeek(out string? word))
        {
            throw new UsageException($"'{word}' is too much");
        }
    }
}
