using System;
using System.Globalization;
using System.IO;
using System.Text;
using System.Text.Json;

namespace NetworkProtocol.Fast.Relay.Cli.Bench;

/// <summary>Resident memory of a relay without links, with the first hundred and with all.</summary>
internal sealed record IdleResult(int Links, long EmptyBytes, long BaselineBytes, long FullBytes)
{
    /// <summary>What each link beyond the first hundred costs.</summary>
    internal double BytesPerLink => (double)(FullBytes - BaselineBytes) / (Links - IdleBench.BaselineLinks);

    internal void Write(TextWriter output, bool asJson)
    {
        if (asJson)
        {
            output.WriteLine(ToJson());
            return;
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"relay memory (VmRSS): {EmptyBytes >> 10:#,0} KiB without links, {BaselineBytes >> 10:#,0} KiB with "
            + $"{IdleBench.BaselineLinks}, {FullBytes >> 10:#,0} KiB with {Links:#,0}"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{BytesPerLink:#,0} bytes for each link beyond the first hundred"));
    }

    private string ToJson()
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("version", ProcessFacts.Version);
            json.WriteString("compilation", ProcessFacts.Compilation);
            json.WriteNumber("links", Links);
            json.WriteNumber("residentBytesEmpty", EmptyBytes);
            json.WriteNumber("residentBytesBaseline", BaselineBytes);
            json.WriteNumber("residentBytesFull", FullBytes);
            json.WriteNumber("bytesPerLink", Math.Round(BytesPerLink, 1));
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }
}
