using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.Versioning;
using System.Text;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Relay.Tests.Processes;
using NetworkProtocol.Fast.Session;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Relay.Tests.Cli;

/// <summary>What <c>npfast key</c> writes, prints and refuses, held against OpenSSL where it can be.</summary>
[TestFixture]
[Category("Binary")]
[CancelAfter(120_000)]
[UnsupportedOSPlatform("windows")]
[Platform(Exclude = "Win", Reason = "files have no modes there")]
internal sealed class KeyCommandTests
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private TemporaryFolder folder = null!;
    private string path = null!;

    [SetUp]
    public void MakeFolder()
    {
        folder = new TemporaryFolder();
        path = folder.File("identity.pem");
    }

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [Test]
    public async Task Generate_ToAFile_PrintsTheFingerprintThatOpenSslComputes()
    {
        string printed = await PrintedAsync("key", "generate", "--out", path);

        Assert.That(printed, Is.EqualTo($"sha256:{await OpenSslFingerprintAsync()}\n"));
        Assert.That(File.GetUnixFileMode(path), Is.EqualTo(OwnerOnly));
        Assert.That(await PrintedAsync("key", "fingerprint", path), Is.EqualTo(printed));
    }

    [Test]
    public async Task Generate_IntoAStateDirectory_MakesItForItsOwnerAlone()
    {
        string state = folder.File("state");

        string printed = await PrintedAsync("key", "generate", "--state", state);

        Assert.That(File.GetUnixFileMode(state), Is.EqualTo(OwnerOnly | UnixFileMode.UserExecute));
        Assert.That(File.GetUnixFileMode(Path.Combine(state, "identity.pem")), Is.EqualTo(OwnerOnly));
        Assert.That(await PrintedAsync("key", "fingerprint", "--state", state), Is.EqualTo(printed));
    }

    [TestCase("STATE_DIRECTORY", "", "identity.pem")]
    [TestCase("STATE_DIRECTORY", ":/var/lib/other", "identity.pem")]
    [TestCase("XDG_STATE_HOME", "", "npfast/identity.pem")]
    [TestCase("HOME", "", ".local/state/npfast/identity.pem")]
    public async Task Generate_WithoutAPath_GoesByTheEnvironment(string variable, string suffix, string expected)
    {
        var variables = new Dictionary<string, string?>
        {
            ["STATE_DIRECTORY"] = null,
            ["XDG_STATE_HOME"] = null,
            [variable] = folder.File("s") + suffix,
        };

        (int exitCode, _, string errors) = await NpfastProcess.RunWithVariablesAsync(variables, "key", "generate");

        Assert.That(exitCode, Is.Zero, errors);
        Assert.That(File.Exists(Path.Combine(folder.File("s"), expected)));
    }

    [Test]
    public async Task Generate_OverAnExistingFile_NeedsForce()
    {
        string first = await PrintedAsync("key", "generate", "--out", path);

        await FailsAsync(2, $"{path} exists; add --force to replace it, or name another file with --out",
            "key", "generate", "--out", path);
        Assert.That(await PrintedAsync("key", "fingerprint", path), Is.EqualTo(first));

        string second = await PrintedAsync("key", "generate", "--out", path, "--force");
        Assert.That(second, Is.Not.EqualTo(first));
        Assert.That(await PrintedAsync("key", "fingerprint", path), Is.EqualTo(second));
    }

    [Test]
    public async Task Generate_WhereNothingCanBeWritten_FailsWithOneLine()
    {
        await File.WriteAllTextAsync(folder.File("file"), "x");
        (int exitCode, byte[] output, string errors) =
            await NpfastProcess.RunAsync("key", "generate", "--out", folder.File("file/identity.pem"));

        Assert.That(exitCode, Is.EqualTo(1));
        Assert.That(output, Is.Empty);
        Assert.That(errors, Does.StartWith("npfast: cannot write key file ").And.EndsWith("\n"));
        Assert.That(errors.Split('\n'), Has.Length.EqualTo(2), errors);
    }

    [Test]
    public async Task Show_APrivateKey_PrintsThePublicOneOnly()
    {
        string fingerprint = await PrintedAsync("key", "generate", "--out", path);
        (byte[] pem, _) = await OpenSslAsync("pkey", "-in", path, "-pubout");

        string printed = await PrintedAsync("key", "show", path);

        Assert.That(printed, Is.EqualTo(Encoding.ASCII.GetString(pem) + fingerprint));
        Assert.That(printed, Does.StartWith("-----BEGIN PUBLIC KEY-----\n").And.Not.Contains("PRIVATE"));
    }

    [TestCase("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out")]
    [TestCase("ecparam", "-name", "prime256v1", "-genkey", "-out")]
    public async Task Fingerprint_OfAKeyThatOpenSslMade_IsWhatOpenSslSays(params string[] command)
    {
        await OpenSslAsync([.. command, path]);
        File.SetUnixFileMode(path, OwnerOnly);

        Assert.That(await PrintedAsync("key", "fingerprint", path),
            Is.EqualTo($"sha256:{await OpenSslFingerprintAsync()}\n"));
    }

    [Test]
    public async Task Fingerprint_OfAPublicKey_NeedsNoSecrecy()
    {
        string fingerprint = await PrintedAsync("key", "generate", "--out", path);
        string shown = await PrintedAsync("key", "show", path);
        string publicPath = folder.File("public.pem");
        await File.WriteAllTextAsync(publicPath, shown);
        File.SetUnixFileMode(publicPath, OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead);

        Assert.That(await PrintedAsync("key", "fingerprint", publicPath), Is.EqualTo(fingerprint));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Fingerprint_OfStdin_ReadsEitherHalf(bool isPrivate)
    {
        string fingerprint = await PrintedAsync("key", "generate", "--out", path);
        byte[] input = isPrivate
            ? await File.ReadAllBytesAsync(path)
            : Encoding.ASCII.GetBytes(await PrintedAsync("key", "show", path));

        (int exitCode, byte[] output, string errors) =
            await NpfastProcess.RunWithInputAsync(input, "key", "fingerprint", "-");

        Assert.That(exitCode, Is.Zero, errors);
        Assert.That(Encoding.ASCII.GetString(output), Is.EqualTo(fingerprint));
    }

    [TestCase("")]
    [TestCase("garbage")]
    public async Task Fingerprint_OfGarbageOnStdin_FailsWithOneLine(string input)
    {
        const string Message = "stdin holds no key in PEM; "
            + "expected one -----BEGIN PRIVATE KEY-----, as npfast key generate writes it";

        (int exitCode, byte[] output, string errors) =
            await NpfastProcess.RunWithInputAsync(Encoding.ASCII.GetBytes(input), "key", "fingerprint", "-");

        Assert.That(errors, Is.EqualTo($"npfast: {Message}{Environment.NewLine}"));
        Assert.That(exitCode, Is.EqualTo(1));
        Assert.That(output, Is.Empty);
    }

    [TestCase("show")]
    [TestCase("fingerprint")]
    public async Task Read_AKeyThatOthersCanRead_SaysHowToCloseIt(string command)
    {
        await PrintedAsync("key", "generate", "--out", path);
        File.SetUnixFileMode(path, OwnerOnly | UnixFileMode.GroupRead);

        await FailsAsync(1, $"key file {path} is open to others (mode 0640); run chmod 600 {path}, "
            + "and replace the key if somebody may have read it", "key", command, path);
    }

    [Test]
    public async Task Read_NoFile_SaysHowToMakeOne() => await FailsAsync(
        1, $"key file {path} does not exist; check the path, or make one with npfast key generate",
        "key", "show", path);

    [Test]
    public async Task Read_AKeyOfAnotherCurve_SaysHowToMakeOne()
    {
        await OpenSslAsync("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384", "-out", path);
        File.SetUnixFileMode(path, OwnerOnly);

        await FailsAsync(1, $"key file {path} {IdentityKey.WrongKey}", "key", "fingerprint", path);
    }

    private static async Task<string> PrintedAsync(params string[] arguments)
    {
        (int exitCode, byte[] output, string errors) = await NpfastProcess.RunAsync(arguments);
        Assert.That(exitCode, Is.Zero, errors);
        Assert.That(errors, Is.Empty);
        return Encoding.ASCII.GetString(output);
    }

    private static async Task FailsAsync(int code, string message, params string[] arguments)
    {
        (int exitCode, byte[] output, string errors) = await NpfastProcess.RunAsync(arguments);
        Assert.That(errors, Is.EqualTo($"npfast: {message}{Environment.NewLine}"));
        Assert.That(exitCode, Is.EqualTo(code));
        Assert.That(output, Is.Empty);
    }

    private static async Task<(byte[] Output, string Errors)> OpenSslAsync(params string[] arguments)
    {
        (int exitCode, byte[] output, string errors) = await NpfastProcess.RunProgramAsync("openssl", [], arguments);
        Assert.That(exitCode, Is.Zero, errors);
        return (output, errors);
    }

    private async Task<string> OpenSslFingerprintAsync()
    {
        (byte[] info, _) = await OpenSslAsync("pkey", "-in", path, "-pubout", "-outform", "DER");
        (int exitCode, byte[] hash, string errors) =
            await NpfastProcess.RunProgramAsync("openssl", info, "dgst", "-sha256", "-binary");
        Assert.That(exitCode, Is.Zero, errors);
        return Convert.ToBase64String(hash);
    }
}
