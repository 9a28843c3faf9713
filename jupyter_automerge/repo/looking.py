"""A document as this Repo sees it at one moment: its own copy, the rows, and the summary of both."""

from typing import TYPE_CHECKING

from jupyter_automerge.document import Document
from jupyter_automerge.repo.comparing import Viewpoint
from jupyter_automerge.repo.live import LiveDocument
from jupyter_automerge.repo.local_copy import LocalCopy, local_copy
from jupyter_automerge.repo.safety import Judge
from jupyter_automerge.repo.summary import SyncSummary, summarise
from jupyter_automerge.values.heads import Heads

if TYPE_CHECKING:
    from jupyter_automerge.repo.running import Running


def viewpoint(running: "Running", live: LiveDocument, document: Document, heads: Heads) -> Viewpoint:
    """From where the rows of the document are looked at now, for these heads of ours. In any thread."""
    moment = running.clock.moment()
    return Viewpoint(document, heads, live.moved_at(moment.now), moment, judge(running, moment.now))


def judge(running: "Running", now: float) -> Judge:
    """The Repo's SafetyPolicy, as of this reading of its clock."""
    return Judge(running.safety, running.stores.answers, running.stores.trusted, now)


def copy_here(running: "Running", live: LiveDocument, document: Document, heads: Heads) -> LocalCopy:
    """This Repo's own copy against these heads. In any thread."""
    saved = live.saved if running.local.has_storage else None
    return local_copy(document, heads, saved, running.local.store_id, live.trouble)


def summary(running: "Running", live: LiveDocument, document: Document, heads: Heads) -> SyncSummary:
    """Whether anything up to these heads is at risk. In any thread."""
    view = viewpoint(running, live, document, heads)
    return summarise(copy_here(running, live, document, heads), view.peers(live.rows), view.judge)
