"""A document as this Repo sees it at one moment: its own copy, the rows, and the summary of both."""

from dataclasses import replace
from typing import TYPE_CHECKING

from jupyter_automerge.document import Document
from jupyter_automerge.repo.comparing import Viewpoint
from jupyter_automerge.repo.live import LiveDocument
from jupyter_automerge.repo.local_copy import LocalCopy, local_copy
from jupyter_automerge.repo.phrases import shared_name
from jupyter_automerge.repo.rows import Peers
from jupyter_automerge.repo.safety import Judge
from jupyter_automerge.repo.summary import SyncSummary, shortfall, summarise
from jupyter_automerge.values.heads import Heads

if TYPE_CHECKING:
    from jupyter_automerge.repo.running import Running


def viewpoint(running: "Running", live: LiveDocument | None = None) -> Viewpoint:
    """From where the rows of a document are looked at now. In any thread."""
    moment, stores = running.clock.moment(), running.stores
    moved_at = moment.now if live is None else live.moved_at(moment.now)
    policy = running.safety
    doubts = tuple(
        words for name in policy.stores or () if (words := shared_name(name, stores.sharers(name)))
    )
    return Viewpoint(moved_at, moment, Judge(policy, stores.answers, stores.trusted, moment.now, doubts))


def peers(running: "Running", live: LiveDocument, document: Document, heads: Heads) -> Peers:
    """The rows of the document against these heads. In any thread."""
    return viewpoint(running, live).peers(live.rows, document, heads)


def copy_here(running: "Running", live: LiveDocument, document: Document, heads: Heads) -> LocalCopy:
    """This Repo's own copy against these heads. In any thread."""
    saved = live.saved if running.local.has_storage else None
    local = running.local
    copy = local_copy(document, heads, saved, local.store_id, live.trouble, local.weakness)
    if not live.set_aside and running.foreign_writers is None:
        return copy
    is_shared = running.foreign_writers is not None
    return replace(copy, set_aside=tuple(live.set_aside.values()), foreign_writers=is_shared)


def summary(running: "Running", live: LiveDocument, document: Document, heads: Heads) -> SyncSummary:
    """Whether anything up to these heads is at risk. In any thread."""
    view = viewpoint(running, live)
    rows = view.peers(live.rows, document, heads)
    return summarise(copy_here(running, live, document, heads), rows, view.judge)


def wanting(running: "Running", live: LiveDocument, document: Document, heads: Heads) -> str:
    """What the policy asks for beyond what others have up to these heads, in words; empty if nothing."""
    view = viewpoint(running, live)
    return shortfall(view.peers(live.rows, document, heads), view.judge)
