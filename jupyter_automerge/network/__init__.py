"""How frames get from Repo to Repo: the contract, WebSockets both ways, and a pair within one process."""

from jupyter_automerge.network.contract import Connector, Transport, TransportSink
from jupyter_automerge.network.keep_alive import Pace
from jupyter_automerge.network.memory import MemoryTransport, memory_pair
from jupyter_automerge.network.websocket_client import WebSocketConnector
from jupyter_automerge.network.websocket_handler import SyncSocketHandler
from jupyter_automerge.network.websocket_listener import WebSocketListener, listen

__all__ = [
    "Connector",
    "MemoryTransport",
    "Pace",
    "SyncSocketHandler",
    "Transport",
    "TransportSink",
    "WebSocketConnector",
    "WebSocketListener",
    "listen",
    "memory_pair",
]
