"""What users hold: Repo, DocHandle and what they tell. Rooms above know those below only through this one."""

from jupyter_automerge.document import ChangeRecord, Counter, Document, ImmutableString, Patch
from jupyter_automerge.engine.notices import (
    AskedPeer,
    ChangesRefused,
    ChunkSetAside,
    ConnectionChanged,
    DialerChanged,
    DocumentChanged,
    DocumentRemoved,
    DocumentSaved,
    DocumentStateChanged,
    DocumentUnloaded,
    EphemeralReceived,
    ForeignWritersSeen,
    IdCollision,
    NoticeReceived,
    PeerDown,
    PeerUp,
    RowsChanged,
    SearchProgress,
    StorageTrouble,
    StoreChanged,
    StoreClone,
    StoreForgotten,
    StoreRegressed,
    StoreRow,
    StoreSeen,
    StoreWatched,
)
from jupyter_automerge.network import (
    Connector,
    Pace,
    ServerAddress,
    SyncSocketHandler,
    TokenRefused,
    Transport,
    TransportSink,
    fetch_info,
    read_connection_file,
    read_server_info,
)
from jupyter_automerge.repo.asked import asked_document, asked_rows
from jupyter_automerge.repo.changes import BroadcastEvent, ChangeEvent
from jupyter_automerge.repo.dialer import Dialer
from jupyter_automerge.repo.directory import ConnectionInfo, DialerInfo
from jupyter_automerge.repo.display import MIME_TYPE, mime_bundle, mime_data
from jupyter_automerge.repo.handle import DocHandle
from jupyter_automerge.repo.listening import Listener
from jupyter_automerge.repo.local_copy import LocalCopy
from jupyter_automerge.repo.neighbours import line_about_neighbours
from jupyter_automerge.repo.own_store import OwnStore
from jupyter_automerge.repo.pending import Pending
from jupyter_automerge.repo.rendering import bounded_json, value_to_json
from jupyter_automerge.repo.repo import Repo
from jupyter_automerge.repo.report import CloseReport, ExitReport, RepoSyncReport, SyncReport
from jupyter_automerge.repo.row_json import (
    date_to_json,
    local_to_json,
    row_to_json,
    summary_to_json,
    user_to_json,
)
from jupyter_automerge.repo.rows import DocPeer, Peers
from jupyter_automerge.repo.safety import SafetyPolicy
from jupyter_automerge.repo.searching import Search
from jupyter_automerge.repo.share import FixedShare, PeerInfo, SharePolicy
from jupyter_automerge.repo.store_info import StoreInfo
from jupyter_automerge.repo.stores import Stores
from jupyter_automerge.repo.summary import SyncSummary
from jupyter_automerge.repo.targets import any_of
from jupyter_automerge.repo.verdicts import DocSyncChanged, Notice, SafetyChanged
from jupyter_automerge.repo.view import DocView
from jupyter_automerge.repo.watched import Watched
from jupyter_automerge.storage import FileStorage, MemoryStorage, Storage, open_storage

__all__ = [
    "MIME_TYPE",
    "AskedPeer",
    "BroadcastEvent",
    "ChangeEvent",
    "ChangeRecord",
    "ChangesRefused",
    "ChunkSetAside",
    "CloseReport",
    "ConnectionChanged",
    "ConnectionInfo",
    "Connector",
    "Counter",
    "Dialer",
    "DialerChanged",
    "DialerInfo",
    "DocHandle",
    "DocPeer",
    "DocSyncChanged",
    "DocView",
    "Document",
    "DocumentChanged",
    "DocumentRemoved",
    "DocumentSaved",
    "DocumentStateChanged",
    "DocumentUnloaded",
    "EphemeralReceived",
    "ExitReport",
    "FileStorage",
    "FixedShare",
    "ForeignWritersSeen",
    "IdCollision",
    "ImmutableString",
    "Listener",
    "LocalCopy",
    "MemoryStorage",
    "Notice",
    "NoticeReceived",
    "OwnStore",
    "Pace",
    "Patch",
    "PeerDown",
    "PeerInfo",
    "PeerUp",
    "Peers",
    "Pending",
    "Repo",
    "RepoSyncReport",
    "RowsChanged",
    "SafetyChanged",
    "SafetyPolicy",
    "Search",
    "SearchProgress",
    "ServerAddress",
    "SharePolicy",
    "Storage",
    "StorageTrouble",
    "StoreChanged",
    "StoreClone",
    "StoreForgotten",
    "StoreInfo",
    "StoreRegressed",
    "StoreRow",
    "StoreSeen",
    "StoreWatched",
    "Stores",
    "SyncReport",
    "SyncSocketHandler",
    "SyncSummary",
    "TokenRefused",
    "Transport",
    "TransportSink",
    "Watched",
    "any_of",
    "asked_document",
    "asked_rows",
    "bounded_json",
    "date_to_json",
    "fetch_info",
    "line_about_neighbours",
    "local_to_json",
    "mime_bundle",
    "mime_data",
    "open_storage",
    "read_connection_file",
    "read_server_info",
    "row_to_json",
    "summary_to_json",
    "user_to_json",
    "value_to_json",
]
