using System;
using System.Globalization;
using System.Threading.Tasks;

namespace NetworkProtocol.Fast.Relay.Cli.Bench;

/// <summary>Says on stderr what is being measured, so that a long run does not look stuck.</summary>
internal sealed class BenchProgress(bool isOn, int rounds)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private string title = "";

    internal void Begin(int round, string subject, LoadShape shape)
    {
        title = $"round {round} of {rounds}: {subject}, {shape}";
        Write("");
    }

    /// <summary>Shows the throughput until the measurement ends.</summary>
    internal async Task FollowAsync(Load load, Task measurement)
    {
        long before = 0;
        while (isOn && await Task.WhenAny(measurement, Task.Delay(Interval)).ConfigureAwait(false) != measurement)
        {
            long now = load.Messages;
            double rate = (now - before) / Interval.TotalSeconds;
            Write(string.Create(CultureInfo.InvariantCulture, $": {rate:#,0} messages/s"));
            before = now;
        }

        await measurement.ConfigureAwait(false);
    }

    internal void End()
    {
        if (isOn && !Console.IsErrorRedirected)
        {
            Console.Error.Write("\r\e[K");
        }
    }

    // On a terminal each line takes the place of the one before.
    private void Write(string detail)
    {
        if (!isOn)
        {
            return;
        }

        if (Console.IsErrorRedirected)
        {
            Console.Error.WriteLine(title + detail);
        }
        else
        {
            Console.Error.Write("\r\e[K" + title + detail);
        }
    }
}
