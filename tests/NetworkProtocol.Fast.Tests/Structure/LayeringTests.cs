using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Structure;

/// <summary>Holds the map of rooms (docs/ARCHITECTURE.md) against the source of both assemblies.</summary>
[TestFixture]
internal sealed partial class LayeringTests
{
    // Each room with all that it may import, from the ground up: a room stands below every room that imports it, so the
    // order itself rules out cycles.
    private static readonly KeyValuePair<string, string[]>[] Rooms =
    [
        new("Memory", []),
        new("Packets", ["Memory"]),
        new("Diagnostics", ["Packets"]),
        new("Session", ["Memory", "Packets"]),
        new("Certificates", ["Memory", "Session"]),
        new("Transport", ["Memory", "Session", "Certificates"]),
        new("Configuration", ["Packets", "Session", "Certificates", "Transport"]),
        new("Link", ["Memory", "Packets", "Diagnostics", "Session", "Transport", "Configuration"]),
        new("Dispatch", ["Memory", "Packets", "Diagnostics", "Session", "Link"]),
        new("Server",
            ["Memory", "Packets", "Diagnostics", "Session", "Transport", "Configuration", "Link", "Dispatch"]),
        new("Client", ["Memory", "Packets", "Session", "Transport", "Configuration", "Link", "Dispatch"]),
        new("Forwarding",
        [
            "Memory", "Packets", "Diagnostics", "Session", "Certificates", "Transport", "Configuration", "Link",
            "Dispatch", "Server",
            "Client",
        ]),
        new("Logging", ["Memory", "Diagnostics", "Configuration"]),
        new("Admin",
        [
            "Memory", "Packets", "Diagnostics", "Session", "Transport", "Configuration", "Link", "Dispatch", "Server",
            "Forwarding", "Logging",
        ]),
        new("Lifecycle", ["Memory", "Transport"]),
        new("Cli",
        [
            "Memory", "Packets", "Session", "Certificates", "Transport", "Configuration", "Link", "Dispatch", "Server",
            "Client", "Forwarding", "Logging", "Admin", "Lifecycle",
        ]),
    ];

    // Program starts the process and hands over to Cli.
    private const string Entry = "NetworkProtocol.Fast.Relay/Program.cs";

    private static readonly string[] EntryImports = ["Cli", "Transport"];

    private static readonly Dictionary<string, string> RoomOfNamespace = Rooms
        .Where(static room => SourceFile.All.Any(file => file.Room == room.Key))
        .ToDictionary(static room => SourceFile.NamespaceOf(room.Key), static room => room.Key);

    // Types by room, for references that name a room without importing it, as in Link.PeerLink.
    private static readonly HashSet<string> RoomTypes = SourceFile.All
        .SelectMany(static file => file.Code.Select(line => (file.Room, Match: Declaration().Match(line))))
        .Where(static found => found.Match.Success)
        .Select(static found => $"{found.Room}.{found.Match.Groups["name"].Value}")
        .ToHashSet();

    [Test]
    public void Map_EveryRoom_ImportsOnlyRoomsBelowIt()
    {
        var below = new HashSet<string>();
        foreach ((string room, string[] imports) in Rooms)
        {
            Assert.That(imports, Is.SubsetOf(below), $"{room} imports a room that does not stand below it");
            Assert.That(below.Add(room), $"{room} is in the map twice");
        }
    }

    [Test]
    public void Map_EveryFolderOfSource_IsARoomInIt()
    {
        string[] folders = [.. SourceFile.All.Select(static file => file.Room)
            .Where(static room => room.Length > 0).Distinct()];
        Assert.That(Rooms.Select(static room => room.Key), Is.SupersetOf(folders),
            "a folder is missing from the map: decide what it may import, here and in docs/ARCHITECTURE.md");
        Assert.That(SourceFile.All.Where(static file => file.Room.Length == 0).Select(static file => file.Name),
            Is.EqualTo(new[] { Entry }), "only the entry point stands outside the rooms");
    }

    [Test]
    public void File_Namespace_IsThatOfItsFolder()
    {
        var strangers = SourceFile.All
            .Where(static file => !file.Lines.Contains($"namespace {file.Namespace};"));
        Assert.That(strangers, Is.Empty);
    }

    [Test]
    public void File_Imports_OnlyRoomsThatTheMapAllows()
    {
        Dictionary<string, string[]> allowed = Rooms.ToDictionary(static room => room.Key, static room => room.Value);
        allowed[string.Empty] = EntryImports;
        var seen = 0;
        var broken = new List<string>();
        foreach (SourceFile file in SourceFile.All)
        {
            for (int i = 0; i < file.Code.Count; i++)
            {
                foreach (string room in RoomsIn(file.Code[i]))
                {
                    seen++;
                    if (room != file.Room && !allowed[file.Room].Contains(room))
                    {
                        broken.Add($"{file}:{i + 1} reaches {room}: {file.Lines[i].Trim()}");
                    }
                }
            }
        }

        Assert.That(seen, Is.GreaterThan(50), "hardly an import was seen: the scan is broken");
        Assert.That(broken, Is.Empty);
    }

    [TestCase("using NetworkProtocol.Fast.Link;", "Link")]
    [TestCase("using static NetworkProtocol.Fast.Packets.PacketLimits;", "Packets")]
    [TestCase("using Pool = NetworkProtocol.Fast.Memory.BufferPool;", "Memory")]
    [TestCase("    private readonly Fast.Link.PeerLink link;", "Link")]
    [TestCase("    Server.PacketServer server = null!;", "Server")]
    [TestCase("    options.Link.Validate();", null)]
    [TestCase("    Link.Validate();", null)]
    public void Scan_WaysToNameARoom_AreSeen(string line, string? room) =>
        Assert.That(RoomsIn(line), Is.EqualTo(room is null ? Array.Empty<string>() : [room]));

    private static IEnumerable<string> RoomsIn(string line)
    {
        // A using that names a namespace which is no room is a stranger in the house, and shows as its own name.
        if (Import().Match(line) is { Success: true } import)
        {
            string name = import.Groups["name"].Value;
            string found = RoomOfNamespace.Keys
                .Where(space => name == space || name.StartsWith(space + ".", StringComparison.Ordinal))
                .MaxBy(static space => space.Length) ?? name;
            return [RoomOfNamespace.GetValueOrDefault(found, found)];
        }

        return Qualified().Matches(line)
            .Where(static match => RoomTypes.Contains($"{match.Groups["room"].Value}.{match.Groups["type"].Value}"))
            .Select(static match => match.Groups["room"].Value)
            .Distinct();
    }

    [GeneratedRegex(@"^\s*using\s+(?:static\s+)?(?:\w+\s*=\s*)?(?<name>NetworkProtocol\.Fast[\w.]*)\s*;")]
    private static partial Regex Import();

    [GeneratedRegex(@"(?<![\w.])(?:(?:NetworkProtocol\.)?Fast\.(?:Relay\.)?)?(?<room>[A-Z]\w+)\.(?<type>[A-Z]\w+)")]
    private static partial Regex Qualified();

    [GeneratedRegex(@"^\s*(?:(?:public|internal|sealed|static|abstract|readonly|ref|unsafe|partial|record)\s+)*"
        + @"(?:class|struct|interface|enum|record|delegate\s+\S+)\s+(?<name>[A-Z]\w*)")]
    private static partial Regex Declaration();
}
