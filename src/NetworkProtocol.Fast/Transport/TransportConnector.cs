using System;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;

namespace NetworkProtocol.Fast.Transport;

/// <summary>Makes outgoing connections. Connecting is rare, so it may allocate.</summary>
internal static class TransportConnector
{
    /// <summary>
    /// Connects to the first address of the endpoint that answers. The caller continues on a thread-pool thread,
    /// never on an I/O thread, so it may block.
    /// </summary>
    /// <exception cref="TransportException">Nothing answered, or not in time; the message says why.</exception>
    /// <exception cref="OperationCanceledException">The caller's token was cancelled.</exception>
    internal static async ValueTask<TransportConnection> ConnectAsync(
        Endpoint endpoint, TransportOptions options, CancellationToken cancellationToken)
    {
        if (endpoint.Scheme == EndpointScheme.Tls && options.Tls is null)
        {
            throw new ArgumentException($"{endpoint} speaks TLS, and it is not said how", nameof(options));
        }

        if (endpoint.Scheme == EndpointScheme.Pipe)
        {
            return await PipeTransport.ConnectAsync(endpoint, options, cancellationToken).ConfigureAwait(false);
        }

        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.ConnectTimeout);
        try
        {
            EndPoint[] addresses = await ResolveAsync(endpoint, limit.Token).ConfigureAwait(false);
            Socket socket = await ConnectAnyAsync(addresses, options, limit.Token).ConfigureAwait(false);
            Endpoint local = socket.LocalEndPoint is IPEndPoint ip ? Endpoint.FromAddress(ip) : endpoint;
            TransportConnection connection = SocketConnections.Adopt(socket, local, endpoint, options.OnLoop);

            // With inline completions this runs on the socket's I/O thread; what follows at the caller must not.
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            return endpoint.Scheme == EndpointScheme.Tls ? options.Tls!.Wrap(connection, endpoint) : connection;
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw Failure(endpoint, SocketError.TimedOut, options, e);
        }
        catch (SocketException e)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw Failure(endpoint, e.SocketErrorCode, options, e);
        }
    }

    private static async ValueTask<EndPoint[]> ResolveAsync(Endpoint endpoint, CancellationToken cancellationToken)
    {
        if (endpoint.Scheme == EndpointScheme.Unix)
        {
            return [endpoint.ToUnixAddress()];
        }

        if (!endpoint.IsOverTcp || endpoint.Port == 0)
        {
            throw new SocketException((int)SocketError.AddressNotAvailable);
        }

        if (endpoint.TryGetAddress(out IPAddress? address))
        {
            return [new IPEndPoint(address, endpoint.Port)];
        }

        IPAddress[] found = await Dns.GetHostAddressesAsync(endpoint.Host, cancellationToken).ConfigureAwait(false);
        return found.Length > 0
            ? Array.ConvertAll(found, ip => (EndPoint)new IPEndPoint(ip, endpoint.Port))
            : throw new SocketException((int)SocketError.HostNotFound);
    }

    /// <summary>
    /// One after the other. What of the time is left is shared evenly among the addresses that are left, so that
    /// one that swallows packets does not use up the time of those behind it.
    /// </summary>
    private static async ValueTask<Socket> ConnectAnyAsync(
        EndPoint[] addresses, TransportOptions options, CancellationToken cancellationToken)
    {
        long start = Environment.TickCount64;
        for (int i = 0; ; i++)
        {
            TimeSpan left = options.ConnectTimeout - TimeSpan.FromMilliseconds(Environment.TickCount64 - start);
            using CancellationTokenSource share = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            if (i < addresses.Length - 1 && left > TimeSpan.Zero)
            {
                share.CancelAfter(left / (addresses.Length - i));
            }

            Socket? socket = null;
            bool connected = false;
            try
            {
                socket = StreamSocket.Create(addresses[i]);
                StreamSocket.Apply(socket, options);
                await ConnectAsync(socket, addresses[i], options.OnLoop, share.Token).ConfigureAwait(false);
                connected = true;
                return socket;
            }
            catch (SocketException) when (i < addresses.Length - 1)
            {
                // The last address' error is the one that is reported.
            }
            catch (OperationCanceledException) when (
                i < addresses.Length - 1 && !cancellationToken.IsCancellationRequested)
            {
                // This address' share is used up.
            }
            finally
            {
                if (!connected)
                {
                    socket?.Dispose();
                }
            }
        }
    }

    private static ValueTask ConnectAsync(
        Socket socket, EndPoint address, bool onLoop, CancellationToken cancellationToken) =>
        onLoop
            ? EpollConnect.RunAsync(socket, address, cancellationToken)
            : socket.ConnectAsync(address, cancellationToken);

    private static TransportException Failure(
        Endpoint endpoint, SocketError error, TransportOptions options, Exception cause)
    {
        bool unix = endpoint.Scheme == EndpointScheme.Unix;
        string reason = error switch
        {
            SocketError.ConnectionRefused => "connection refused; check that a server listens there",
            SocketError.TimedOut => string.Create(
                CultureInfo.InvariantCulture,
                $"no answer within {options.ConnectTimeout.TotalSeconds:0.###} s; check the address and firewalls"),
            SocketError.HostNotFound or SocketError.NoData =>
                $"host '{endpoint.Host}' not found; check the name",
            SocketError.TryAgain => $"the name service did not answer for '{endpoint.Host}'; try again later",
            SocketError.AddressNotAvailable when unix => "no such socket file; check the path and that the server runs",
            SocketError.AddressNotAvailable when endpoint.Port == 0 => "port 0 is only for listening; name a port",
            SocketError.AccessDenied when unix => "no permission for the socket file; check its mode and owner",
            SocketError.HostUnreachable or SocketError.NetworkUnreachable =>
                "no route to it; check the address and the network",
            SocketError.TooManyOpenSockets => "no descriptor is free; raise the limit (ulimit -n)",
            _ => $"{cause.Message} ({error})",
        };
        return new TransportException(endpoint, error, $"cannot connect to {endpoint}: {reason}", cause);
    }
}
