"""All paths of the extension, below the server's base URL."""

from typing import Any

from jupyter_automerge.server.dialers import DialersHandler
from jupyter_automerge.server.documents import DocumentHandler, DocumentsHandler
from jupyter_automerge.server.events import EventsHandler
from jupyter_automerge.server.info import InfoHandler
from jupyter_automerge.server.peers import PeersHandler
from jupyter_automerge.server.static_files import FrontEndHandler
from jupyter_automerge.server.stores import StoreHandler, StoresHandler
from jupyter_automerge.server.sync_socket import SyncHandler
from jupyter_automerge.server.view_page import ViewHandler

ROUTES: list[tuple[Any, ...]] = [
    ("/api/automerge", InfoHandler),
    ("/api/automerge/sync", SyncHandler),
    ("/api/automerge/events", EventsHandler),
    ("/api/automerge/documents", DocumentsHandler),
    ("/api/automerge/documents/([^/]+)", DocumentHandler),
    ("/api/automerge/documents/([^/]+)/peers", PeersHandler),
    ("/api/automerge/stores", StoresHandler),
    ("/api/automerge/stores/([^/]+)", StoreHandler),
    ("/api/automerge/dialers", DialersHandler),
    ("/automerge/view/([^/]+)", ViewHandler),
    ("/automerge/static/(.*)", FrontEndHandler),
]
