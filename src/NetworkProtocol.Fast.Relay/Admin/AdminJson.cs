using System.Text.Json;
using System.Text.Json.Serialization;

namespace NetworkProtocol.Fast.Relay.Admin;

/// <summary>Reads and writes the documents of the admin interface, without reflection.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(StatusReport))]
[JsonSerializable(typeof(ConnectionsReport))]
[JsonSerializable(typeof(ReadyReport))]
[JsonSerializable(typeof(HistoryReport))]
[JsonSerializable(typeof(LogLevelReport))]
[JsonSerializable(typeof(LogLevelChange))]
[JsonSerializable(typeof(ChangeReport))]
[JsonSerializable(typeof(ReloadReport))]
internal sealed partial class AdminJson : JsonSerializerContext;
