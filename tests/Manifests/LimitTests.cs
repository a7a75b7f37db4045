using System.Text.RegularExpressions;
using Contracts;
using Shouldly;
using Xunit;

namespace Manifests.Tests;

/// <summary>Where a limit has to be written a second time, both say the same.</summary>
public partial class LimitTests
{
    [Fact]
    public void The_pages_script_watches_as_many_tools_as_a_connection_may()
    {
        var script = Repository.Read("services/Web/Assets/live.js");
        int.Parse(Most().Match(script).Groups[1].Value).ShouldBe(Limits.ToolsAtOnce);
        Repository.Read("services/Tally/README.md").ShouldContain($"up to {Limits.ToolsAtOnce}, in the order asked");
    }

    [GeneratedRegex(@"const most = (\d+);")]
    private static partial Regex Most();
}
