"""Live, local-first Automerge documents for Jupyter that say truthfully who has which changes.

Public names load when they are first used, so that a script that imports this package imports neither
ipywidgets nor jupyter_server. `%load_ext jupyter_automerge` gives a kernel its documents; a Jupyter server
finds its extension here.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from jupyter_automerge.version import __version__

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from jupyter_automerge.document import Counter, ImmutableString
    from jupyter_automerge.errors import (
        AutomergeError,
        BadChunk,
        BlockingOnLoop,
        ChangeAwaited,
        DialError,
        DocumentError,
        DocumentGone,
        DocumentReadOnly,
        DocumentUnavailable,
        FindTimeout,
        InvalidId,
        ListenError,
        NoPeers,
        PeerGone,
        RepoClosed,
        RepoForkedError,
        SaveTimeout,
        StorageError,
        SyncDenied,
        SyncTimeout,
        UnsafeDelete,
    )
    from jupyter_automerge.repo import (
        DocHandle,
        DocSyncChanged,
        DocView,
        FixedShare,
        Repo,
        SafetyChanged,
        SafetyPolicy,
        SharePolicy,
        any_of,
    )
    from jupyter_automerge.storage import FileStorage, MemoryStorage, ObjectStorage, RedisStorage
    from jupyter_automerge.values.status import (
        Access,
        Activity,
        DocumentState,
        Level,
        Link,
        Origin,
        PeerState,
        Relation,
        Safety,
        Trust,
    )
    from jupyter_automerge.values.url import AutomergeUrl
    from jupyter_automerge.widget.peers_view import PeersView
    from jupyter_automerge.widget.view import AutomergeView

__all__ = [
    "Access",
    "Activity",
    "AutomergeError",
    "AutomergeUrl",
    "AutomergeView",
    "BadChunk",
    "BlockingOnLoop",
    "ChangeAwaited",
    "Counter",
    "DialError",
    "DocHandle",
    "DocSyncChanged",
    "DocView",
    "DocumentError",
    "DocumentGone",
    "DocumentReadOnly",
    "DocumentState",
    "DocumentUnavailable",
    "FileStorage",
    "FindTimeout",
    "FixedShare",
    "ImmutableString",
    "InvalidId",
    "Level",
    "Link",
    "ListenError",
    "MemoryStorage",
    "NoPeers",
    "ObjectStorage",
    "Origin",
    "PeerGone",
    "PeerState",
    "PeersView",
    "RedisStorage",
    "Relation",
    "Repo",
    "RepoClosed",
    "RepoForkedError",
    "Safety",
    "SafetyChanged",
    "SafetyPolicy",
    "SaveTimeout",
    "SharePolicy",
    "StorageError",
    "SyncDenied",
    "SyncTimeout",
    "Trust",
    "UnsafeDelete",
    "__version__",
    "any_of",
]

_HOME = {
    "Access": "values.status",
    "Activity": "values.status",
    "AutomergeUrl": "values.url",
    "AutomergeView": "widget.view",
    "Counter": "document",
    "DocHandle": "repo",
    "DocSyncChanged": "repo",
    "DocView": "repo",
    "DocumentState": "values.status",
    "FileStorage": "storage",
    "FixedShare": "repo",
    "ImmutableString": "document",
    "Level": "values.status",
    "Link": "values.status",
    "MemoryStorage": "storage",
    "ObjectStorage": "storage",
    "Origin": "values.status",
    "PeerState": "values.status",
    "PeersView": "widget.peers_view",
    "RedisStorage": "storage",
    "Relation": "values.status",
    "Repo": "repo",
    "Safety": "values.status",
    "SafetyChanged": "repo",
    "SafetyPolicy": "repo",
    "SharePolicy": "repo",
    "Trust": "values.status",
    "any_of": "repo",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME.get(name, 'errors')}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    from jupyter_automerge.server.extension import JupyterAutomerge

    return [{"module": "jupyter_automerge", "app": JupyterAutomerge}]


def load_ipython_extension(shell: "InteractiveShell") -> None:
    """`%load_ext jupyter_automerge`: documents, `%automerge`, and live displays."""
    from jupyter_automerge.kernel.extension import load
    from jupyter_automerge.widget.display import register

    load(shell)
    register(shell)


def unload_ipython_extension(shell: "InteractiveShell") -> None:
    """`%unload_ext jupyter_automerge`: what was loaded is taken away again; documents are closed."""
    from jupyter_automerge.kernel.extension import unload
    from jupyter_automerge.widget.display import unregister

    unregister(shell)
    unload(shell)
