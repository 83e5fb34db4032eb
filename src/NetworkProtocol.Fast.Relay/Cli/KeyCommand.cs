using System;
using System.CommandLine;
using System.IO;
using NetworkProtocol.Fast.Configuration;
using NetworkProtocol.Fast.Session;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary><c>npfast key</c>: makes and shows the key that a node proves itself with.</summary>
internal static class KeyCommand
{
    private const string Stdin = "-";

    private static readonly Option<string?> Out = Parameters.Option<string?>(
        "--out", "FILE", "Where to write the private key; identity.pem in the state directory unless given",
        ValueParsers.FilePath);

    private static readonly Option<bool> Force = Parameters.Flag("--force", "Replaces a file that exists");

    private static readonly Argument<string?> FileArgument = Parameters.Argument<string?>(
        "FILE", "A private or public key in PEM; identity.pem in the state directory unless given; - reads stdin",
        ValueParsers.FilePath, optional: true);

    internal static Command Create() => new("key", "Makes and shows the key that a node proves itself with.")
    {
        CreateGenerate(),
        CreateShow(),
        CreateFingerprint(),
    };

    private static Command CreateGenerate()
    {
        var command = new Command("generate", "Makes a private key and prints its fingerprint.")
        {
            Out, Force, SharedOptions.State,
        };
        command.SetAction(Generate);
        return command;
    }

    private static Command CreateShow()
    {
        var command = new Command("show", "Prints the public key in PEM and its fingerprint.")
        {
            FileArgument, SharedOptions.State,
        };
        command.SetAction(Show);
        return command;
    }

    private static Command CreateFingerprint()
    {
        var command = new Command("fingerprint", "Prints the fingerprint of a key.")
        {
            FileArgument, SharedOptions.State,
        };
        command.SetAction(PrintFingerprint);
        return command;
    }

    private static int Generate(ParseResult parsed)
    {
        string path = PathOf(parsed, parsed.GetValue(Out), Out.Name);
        if (path == Stdin)
        {
            throw new UsageException("--out: a private key is not written to stdout; name a file");
        }

        bool force = parsed.GetValue(Force);
        if (!force && KeyFiles.IsTaken(path))
        {
            throw new UsageException($"{path} exists; add --force to replace it, or name another file with --out");
        }

        using IdentityKey identity = IdentityKey.Create();
        identity.WriteFile(path, force);
        Print(identity.Fingerprint.ToString());
        return ExitCode.Clean;
    }

    private static int Show(ParseResult parsed)
    {
        IdentityPublicKey key = ReadPublicKey(parsed);
        Print(key.ToPem(), key.Fingerprint.ToString());
        return ExitCode.Clean;
    }

    private static int PrintFingerprint(ParseResult parsed)
    {
        Print(ReadPublicKey(parsed).Fingerprint.ToString());
        return ExitCode.Clean;
    }

    private static IdentityPublicKey ReadPublicKey(ParseResult parsed)
    {
        string path = PathOf(parsed, parsed.GetValue(FileArgument), FileArgument.Name);
        if (path != Stdin)
        {
            using KeyText text = KeyText.ReadFile(path);
            return IdentityPublicKey.Read(text);
        }

        using Stream input = Console.OpenStandardInput();
        using KeyText piped = KeyText.Read(input, "stdin");
        return IdentityPublicKey.Read(piped);
    }

    private static string PathOf(ParseResult parsed, string? file, string name)
    {
        string? state = parsed.GetValue(SharedOptions.State);
        if (file is not null && state is not null)
        {
            throw new UsageException($"both {name} and --state are given; leave one out");
        }

        return file ?? IdentityFile.PathIn(state);
    }

    private static void Print(params ReadOnlySpan<string> lines)
    {
        using TextWriter output = StandardOutput.OpenText();
        foreach (string line in lines)
        {
            output.WriteLine(line);
        }
    }
}
