using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Runtime;
using System.Text.Json;

namespace NetworkProtocol.Fast.Relay.Cli;

/// <summary>
/// The settings of aot.runtimeconfig.json, each with what the running process reports, which is the collector itself
/// where it can be asked.
/// </summary>
internal static class RuntimeSettings
{
    private const string ResourceName = "aot.runtimeconfig.json";

    internal static List<(string Name, string Value)> InForce()
    {
        IReadOnlyDictionary<string, object> collector = GC.GetConfigurationVariables();
        var settings = new List<(string, string)>();
        foreach (string name in Names())
        {
            settings.Add((name, name switch
            {
                "System.GC.Server" => Text(GCSettings.IsServerGC),
                "System.GC.Concurrent" => Text(collector, "ConcurrentGC"),
                "System.GC.RetainVM" => Text(collector, "RetainVM"),
                "System.GC.ConserveMemory" => Text(collector, "GCConserveMem"),
                _ => Text(AppContext.GetData(name)),
            }));
        }

        return settings;
    }

    private static List<string> Names()
    {
        using Stream file = typeof(RuntimeSettings).Assembly.GetManifestResourceStream(ResourceName)!;
        using JsonDocument document = JsonDocument.Parse(file);
        var names = new List<string>();
        foreach (JsonProperty property in document.RootElement.GetProperty("configProperties").EnumerateObject())
        {
            names.Add(property.Name);
        }

        return names;
    }

    private static string Text(IReadOnlyDictionary<string, object> collector, string name) =>
        Text(collector.TryGetValue(name, out object? value) ? value : null);

    // The host hands switches over as text, the collector its own as values.
    private static string Text(object? value) => value switch
    {
        null => "unset",
        bool set => set ? "true" : "false",
        string text => text.ToLowerInvariant(),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
