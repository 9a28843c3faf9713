"""How frames get from Repo to Repo: the contract, WebSockets both ways, a pair within one process, and where
Jupyter servers are found.
"""

from jupyter_automerge.network.contract import Connector, Transport, TransportSink
from jupyter_automerge.network.keep_alive import Pace
from jupyter_automerge.network.memory import MemoryTransport, memory_pair
from jupyter_automerge.network.server_address import ServerAddress, TokenRefused, fetch_info
from jupyter_automerge.network.server_files import read_connection_file, read_server_info
from jupyter_automerge.network.websocket_client import WebSocketConnector
from jupyter_automerge.network.websocket_handler import SyncSocketHandler
from jupyter_automerge.network.websocket_listener import WebSocketListener, listen

__all__ = [
    "Connector",
    "MemoryTransport",
    "Pace",
    "ServerAddress",
    "SyncSocketHandler",
    "TokenRefused",
    "Transport",
    "TransportSink",
    "WebSocketConnector",
    "WebSocketListener",
    "fetch_info",
    "listen",
    "memory_pair",
    "read_connection_file",
    "read_server_info",
]
