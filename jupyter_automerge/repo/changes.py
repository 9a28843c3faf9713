"""What a handle tells when its document moved, and who listens."""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from jupyter_automerge.document import Document, Patch
from jupyter_automerge.repo.brief import brief
from jupyter_automerge.values.heads import Heads
from jupyter_automerge.values.status import Origin

if TYPE_CHECKING:
    from jupyter_automerge.repo.handle import DocHandle


@dataclass(frozen=True, slots=True)
class ChangeEvent:
    """The document of `handle` went from `before` to `after`; the handle shows `after` or later by now.

    `origin` says who moved it. One event may stand for several changes; nothing between events is left out.
    """

    handle: "DocHandle"
    before: Heads
    after: Heads
    origin: Origin
    _document: Document = field(repr=False, compare=False)

    def __repr__(self) -> str:
        return f"<ChangeEvent {self.handle.url} {self.origin.value}: {brief(self.before)} -> {brief(self.after)}>"

    def diff(self) -> tuple[Patch, ...]:
        """What differs between the two states, computed when asked for."""
        return self._document.diff(self.before, self.after)

    def then(self, later: "ChangeEvent") -> "ChangeEvent":
        """Both in one. Of different origins the one that is not the user's own stays."""
        origin = later.origin if self.origin is Origin.LOCAL else self.origin
        return replace(later, before=self.before, origin=origin)


@dataclass(frozen=True, slots=True)
class BroadcastEvent:
    """Somebody said something that is not part of the document's history.

    `sender_id` and `session_id` are the sender's own claims. `value` is what was broadcast, decoded.
    """

    handle: "DocHandle"
    sender_id: str
    session_id: str
    value: object
