using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;
using NetworkProtocol.Fast.Server;

namespace NetworkProtocol.Fast.Relay.Tests.Docs;

/// <summary>A program from the documentation: compiled against the library's public surface, run in a process of its
/// own.</summary>
internal static class Example
{
    private const string RuntimeConfiguration = """
        { "runtimeOptions": { "framework": { "name": "Microsoft.NETCore.App", "version": "10.0.0" } } }
        """;

    /// <summary>Compiles a program to <paramref name="folder"/>; any warning fails.</summary>
    /// <returns>Path of the assembly.</returns>
    internal static string Compile(string folder, string name, string source)
    {
        // What this test may load: the framework, and the library with its packages.
        string[] assemblies = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        CSharpCompilation compilation = CSharpCompilation.Create(
            name,
            [CSharpSyntaxTree.ParseText(source)],
            assemblies.Select(static path => MetadataReference.CreateFromFile(path)),
            new CSharpCompilationOptions(
                OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));
        string target = Path.Combine(folder, name + ".dll");
        using (FileStream output = File.Create(target))
        {
            EmitResult result = compilation.Emit(output);
            IEnumerable<Diagnostic> faults = result.Diagnostics
                .Where(static d => d.Severity >= DiagnosticSeverity.Warning);
            if (!result.Success || faults.Any())
            {
                throw new InvalidOperationException($"{name} does not compile:\n{string.Join('\n', faults)}");
            }
        }

        File.WriteAllText(Path.ChangeExtension(target, ".runtimeconfig.json"), RuntimeConfiguration);
        string library = Path.GetDirectoryName(typeof(PacketServer).Assembly.Location)!;
        foreach (string path in Directory.EnumerateFiles(library, "*.dll"))
        {
            // The programs of a test share the folder, and one that runs must not lose its files.
            string copy = Path.Combine(folder, Path.GetFileName(path));
            if (!File.Exists(copy))
            {
                File.Copy(path, copy);
            }
        }

        return target;
    }

    /// <summary>Starts it in its own folder, where its files go.</summary>
    internal static Process Start(string assembly, params string[] arguments) =>
        Process.Start(new ProcessStartInfo(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", ["exec", assembly, .. arguments])
        {
            WorkingDirectory = Path.GetDirectoryName(assembly)!,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
}
