using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using NetworkProtocol.Fast.Tests.Shared;
using NUnit.Framework;

namespace NetworkProtocol.Fast.Tests.Structure;

/// <summary>Documents lead to files that are there.</summary>
[TestFixture]
internal sealed partial class DocumentLinkTests
{
    [Test]
    public void Links_ToFiles_LeadSomewhere()
    {
        string[] pages = [.. Directory.EnumerateFiles(RepositoryRoot.Path, "*.md"),
            .. Directory.EnumerateFiles(RepositoryRoot.Combine("docs"), "*.md")];
        var links = 0;
        var broken = new List<string>();
        foreach (string page in pages)
        {
            foreach (string target in Link().Matches(File.ReadAllText(page))
                .Select(static match => match.Groups["target"].Value))
            {
                links++;
                if (!Path.Exists(Path.Combine(Path.GetDirectoryName(page)!, target)))
                {
                    broken.Add($"{Path.GetFileName(page)} links to {target}");
                }
            }
        }

        Assert.That(links, Is.GreaterThan(20), "hardly a link was seen: the scan is broken");
        Assert.That(broken, Is.Empty);
    }

    [GeneratedRegex(@"\]\((?!https?:|#)(?<target>[^)#\s]+)")]
    private static partial Regex Link();
}
