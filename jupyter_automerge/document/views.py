"""Where a document is read: now, at past heads, or in a draft; and where its special scalars are."""

from jupyter_automerge.document.change_chunk import read_change
from jupyter_automerge.document.core import CoreDocument
from jupyter_automerge.document.reader import Reader
from jupyter_automerge.document.specials import Specials, follow, specials_of
from jupyter_automerge.document.trunk import Trunk
from jupyter_automerge.errors import DocumentError
from jupyter_automerge.values.heads import NO_HEADS, Heads


class Views:
    """Readers of one trunk.

    The special scalars are looked for when somebody reads, not when changes arrive.
    """

    def __init__(self, trunk: Trunk) -> None:
        self._trunk = trunk
        self._specials = Specials()
        self._specials_at: Heads = NO_HEADS

    def specials(self) -> Specials:
        """Those of the trunk's heads."""
        at = self._specials_at
        if at != self._trunk.heads:
            if not at or not self._follow(at):
                self._specials = specials_of(self._trunk.core)
            self._specials_at = self._trunk.heads
        return self._specials

    def remember(self, specials: Specials) -> None:
        """They are known for the trunk's heads: a change that was made here brought them."""
        self._specials = specials
        self._specials_at = self._trunk.heads

    def present(self, core: CoreDocument | None = None) -> Reader:
        """The trunk, or a core with the same content."""
        return Reader(self._trunk.core if core is None else core, self.specials())

    def past(self, at: Heads) -> Reader:
        """The document as it was. Raises DocumentError for unknown heads."""
        heads = self.known(at)
        if at == self._trunk.heads:
            return self.present()
        if self.specials().ever:
            core = self._trunk.core.fork_at(heads)
            return Reader(core, specials_of(core))
        return Reader(self._trunk.core, Specials(), heads)

    def known(self, at: Heads) -> list[bytes]:
        """The heads as the core takes them. Raises DocumentError: it would ignore unknown ones silently."""
        unknown = at - self._trunk.known(at)
        if unknown:
            strange = ", ".join(sorted(head.hex()[:8] for head in unknown))
            raise DocumentError(f"there is no change {strange} in it", (), at)
        return sorted(at)

    def _follow(self, at: Heads) -> bool:
        return follow(self._specials, (read_change(each.raw_bytes) for each in self._trunk.changes_since(at)))
