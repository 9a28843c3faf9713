"""Looking after a store from outside: what lies there, whether it is whole, and how it is moved.

All of it works on any Storage, and beside Repos that use the same store.
"""

from jupyter_automerge.repo.upkeep.checking import CheckedDocument, Fault, Finding, checked
from jupyter_automerge.repo.upkeep.collecting import Garbage, garbage_in, remove
from jupyter_automerge.repo.upkeep.contents import Contents, StoredDocument, contents_of
from jupyter_automerge.repo.upkeep.copying import Copied, copy_store
from jupyter_automerge.repo.upkeep.repairing import Repair, perform, repairs_of

__all__ = [
    "CheckedDocument",
    "Contents",
    "Copied",
    "Fault",
    "Finding",
    "Garbage",
    "Repair",
    "StoredDocument",
    "checked",
    "contents_of",
    "copy_store",
    "garbage_in",
    "perform",
    "remove",
    "repairs_of",
]
