using System;
using System.Threading.Tasks;
using NetworkProtocol.Fast.Transport;

namespace NetworkProtocol.Fast.Tests.Transport;

/// <summary>
/// Sends and receives messages of one size in turn, without a task or an allocation for each, on whatever thread
/// completes.
/// </summary>
internal sealed class HalfDuplexPeer : ITransportSink
{
    private readonly TransportConnection _connection;
    private readonly Memory<byte> _message;
    private readonly bool _waitEmpty;
    private TaskCompletionSource _done = new();
    private bool _sendNext;
    private bool _waited;
    private int _received;
    private int _roundsLeft = -1;

    internal HalfDuplexPeer(TransportConnection connection, int messageBytes, bool waitEmpty)
    {
        _connection = connection;
        _message = new byte[messageBytes];
        _waitEmpty = waitEmpty;
        connection.Bind(this);
    }

    /// <summary>Answers each message with one.</summary>
    internal void Answer() => Run();

    /// <summary>Sends a message and awaits its answer, so many times.</summary>
    internal Task AskAsync(int rounds)
    {
        _done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _roundsLeft = rounds;
        _sendNext = true;
        Run();
        return _done.Task.WaitAsync(TimeSpan.FromSeconds(60));
    }

    public void OnReceived(TransportResult result)
    {
        if (Take(result))
        {
            Run();
        }
    }

    public void OnSent(TransportResult result)
    {
        if (result.Status == TransportStatus.Ok)
        {
            Run();
        }
    }

    private void Run()
    {
        while (true)
        {
            TransportResult result;
            if (_sendNext)
            {
                _sendNext = false;
                if (!_connection.Send(_message, out result) || result.Status != TransportStatus.Ok)
                {
                    return;
                }

                continue;
            }

            Memory<byte> buffer = _waitEmpty && !_waited ? Memory<byte>.Empty : _message[_received..];
            if (!_connection.Receive(buffer, out result) || !Take(result))
            {
                return;
            }
        }
    }

    private bool Take(TransportResult result)
    {
        if (result.Status != TransportStatus.Ok || (result.Bytes == 0 && (!_waitEmpty || _waited)))
        {
            return false;
        }

        _waited = !_waited;
        _received += result.Bytes;
        if (_received < _message.Length)
        {
            return true;
        }

        _received = 0;
        _waited = false;
        _sendNext = true;
        if (_roundsLeft > 0 && --_roundsLeft == 0)
        {
            _done.SetResult();
            return false;
        }

        return true;
    }
}
