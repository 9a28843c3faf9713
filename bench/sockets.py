"""How all clients of the bench open their sockets."""

from tornado.websocket import WebSocketClientConnection


def send_at_once(connection: WebSocketClientConnection) -> None:
    """Switch Nagle's algorithm off, as browsers and Node's `ws` do: it would hold a key back for 40 ms."""
    if connection.protocol is not None:
        connection.protocol.set_nodelay(True)
