"""One Automerge document: the only room that knows the `automerge` package, whose gaps it hides."""

from jupyter_automerge.document.changed import Changed, ChangeRecord, ChunkState, ChunkVerdict
from jupyter_automerge.document.difference import Patch
from jupyter_automerge.document.document import Document
from jupyter_automerge.document.list_proxy import ListProxy
from jupyter_automerge.document.map_proxy import MapProxy
from jupyter_automerge.document.sync_session import SyncSession
from jupyter_automerge.document.text_proxy import TextProxy
from jupyter_automerge.document.value_types import Counter, ImmutableString, UnknownValue

__all__ = [
    "ChangeRecord",
    "Changed",
    "ChunkState",
    "ChunkVerdict",
    "Counter",
    "Document",
    "ImmutableString",
    "ListProxy",
    "MapProxy",
    "Patch",
    "SyncSession",
    "TextProxy",
    "UnknownValue",
]
