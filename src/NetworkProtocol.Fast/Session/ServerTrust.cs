using System;
using System.Collections.Generic;
using System.Linq;

namespace NetworkProtocol.Fast.Session;

/// <summary>
/// Which servers a client speaks to: those with a pinned key, those in a known-hosts file, those and new ones, or
/// anyone. Every value is one of these; there is no default that trusts. Immutable; any thread but an I/O thread, since
/// it may read a file.
/// </summary>
/// <remarks>
/// Beside a known-hosts file a client may hold own keys: those of servers that run for the same user, who can read
/// their private halves. A server that the file does not know is trusted if it proves to have one of them, and nothing
/// is recorded. What the file says about a server always comes first: a key that differs from it is refused, own or
/// not.
/// </remarks>
public sealed class ServerTrust
{
    private const string Alarm = "this may be a man in the middle; ";

    private readonly KeyFingerprint[] pins;
    private readonly KnownHosts? knownHosts;
    private readonly KeyFingerprint[] own;
    private readonly bool recordsNew;

    private ServerTrust(KeyFingerprint[] pins, KnownHosts? knownHosts, KeyFingerprint[] own, bool recordsNew)
    {
        this.pins = pins;
        this.knownHosts = knownHosts;
        this.own = own;
        this.recordsNew = recordsNew;
    }

    /// <summary>
    /// Trusts whoever answers. The session is still secret from those who only listen, but not from a man in the
    /// middle.
    /// </summary>
    public static ServerTrust Anyone { get; } = new([], null, [], recordsNew: false);

    /// <summary>Trusts exactly these keys; several while a server's key is being replaced.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static ServerTrust Pinned(params IEnumerable<KeyFingerprint> fingerprints)
    {
        ArgumentNullException.ThrowIfNull(fingerprints);
        KeyFingerprint[] pins = [.. fingerprints];
        return pins.Length > 0
            ? new ServerTrust(pins, null, [], recordsNew: false)
            : throw new ArgumentException("at least one fingerprint is needed to pin a server", nameof(fingerprints));
    }

    /// <summary>Trusts the servers in the file, each with its keys there, and nobody else.</summary>
    /// <param name="hosts">The file.</param>
    /// <param name="own">Keys of the user's own servers, trusted where the file says nothing; mostly there are none,
    /// and they are meant for servers on this machine.</param>
    public static ServerTrust Known(KnownHosts hosts, params IEnumerable<KeyFingerprint> own) =>
        ByFile(hosts, own, recordsNew: false);

    /// <summary>Trusts a server that is met for the first time, and from then on only the key that it had.</summary>
    /// <param name="hosts">The file that keys are looked up in and recorded to.</param>
    /// <param name="own">Keys of the user's own servers, trusted where the file says nothing, and not recorded.</param>
    public static ServerTrust OnFirstUse(KnownHosts hosts, params IEnumerable<KeyFingerprint> own) =>
        ByFile(hosts, own, recordsNew: true);

    /// <summary>What to do about a server that the file does not know, as the end of the refusal's text; null says
    /// which line to add.</summary>
    internal Func<KeyFingerprint, string>? Advice { get; init; }

    /// <summary>The same trust with another advice.</summary>
    internal ServerTrust WithAdvice(Func<KeyFingerprint, string> advice) =>
        new(pins, knownHosts, own, recordsNew) { Advice = advice };

    /// <summary>Decides about a server that has proved to have a key.</summary>
    /// <param name="server">Its name as a known-hosts file has it: the endpoint's text.</param>
    /// <param name="presented">The key.</param>
    /// <returns>The decision. A file that cannot be used refuses, with its fault as text.</returns>
    internal ServerVerdict Check(string server, KeyFingerprint presented)
    {
        if (knownHosts is null)
        {
            return CheckPins(server, presented);
        }

        try
        {
            // An own key is never recorded: it may be replaced, and then the file would stand in the way.
            bool isOwn = own.Contains(presented);
            KnownHostLookup found = recordsNew && !isOwn
                ? knownHosts.FindOrAdd(server, presented)
                : knownHosts.Find(server, presented);
            return found.Status switch
            {
                KnownHostStatus.Match => new ServerVerdict(ServerVerdictKind.Trusted, string.Empty),
                KnownHostStatus.Changed => Refuse(DescribeChange(server, presented, found.Known)),
                _ when isOwn => new ServerVerdict(ServerVerdictKind.Trusted, string.Empty),
                _ when recordsNew => new ServerVerdict(ServerVerdictKind.TrustedFirstUse,
                    $"server {server} is new; its key {presented} is now in {knownHosts.Path}"),
                _ => Refuse($"server {server} is not in {knownHosts.Path}; it presents {presented}; "
                    + "only if its operator confirms that this is its key, "
                    + (Advice is { } advice ? advice(presented) : $"add the line: {server} {presented}")),
            };
        }
        catch (Exception e) when (e is KeyFileException or ArgumentException)
        {
            return Refuse($"cannot tell whether server {server} is to be trusted: {e.Message}");
        }
    }

    private static ServerTrust ByFile(KnownHosts hosts, IEnumerable<KeyFingerprint> own, bool recordsNew)
    {
        ArgumentNullException.ThrowIfNull(hosts);
        ArgumentNullException.ThrowIfNull(own);
        return new ServerTrust([], hosts, [.. own], recordsNew);
    }

    private ServerVerdict CheckPins(string server, KeyFingerprint presented)
    {
        if (pins.Length == 0)
        {
            return new ServerVerdict(ServerVerdictKind.Unverified,
                $"server {server} presents {presented}, which is not verified; {Alarm}"
                + "pin that key if it is the right one");
        }

        if (pins.Contains(presented))
        {
            return new ServerVerdict(ServerVerdictKind.Trusted, string.Empty);
        }

        string pinned = string.Join(" or ", pins.Select(static pin => pin.ToString()));
        return Refuse($"server {server} presents {presented}, pinned is {pinned}; {Alarm}"
            + "if the server's key was changed on purpose, pin the new one");
    }

    private string DescribeChange(string server, KeyFingerprint presented, IReadOnlyList<KnownHostKey> known)
    {
        string keys = string.Join(" and ", known.Select(
            key => $"{key.Fingerprint} ({knownHosts!.Path} line {key.Line})"));
        return $"server {server} presents {presented}, known is {keys}; {Alarm}"
            + $"if the server's key was changed on purpose, remove {(known.Count == 1 ? "that line" : "those lines")}";
    }

    private static ServerVerdict Refuse(string text) => new(ServerVerdictKind.Refused, text);
}
