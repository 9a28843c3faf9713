"""The document itself, as opposed to the draft that changes are made in. Not thread-safe: its owner locks.

Changes committed in the draft wait here until somebody needs them in the core: one costs as much there as
fifty.
"""

from collections.abc import Iterable

from jupyter_automerge.document.assembling import assemble_anew
from jupyter_automerge.document.changed import Changed
from jupyter_automerge.document.chunks import split_chunks, whole_document
from jupyter_automerge.document.core import (
    CoreChange,
    CoreDocument,
    decode_message,
    is_panic,
    load_document,
    new_sync_state,
)
from jupyter_automerge.document.delivery import Delivery
from jupyter_automerge.document.fill import Fill
from jupyter_automerge.document.graph import ChangeGraph
from jupyter_automerge.document.journal import Journal
from jupyter_automerge.document.missing import missing_changes
from jupyter_automerge.document.numbering import check_numbering, head_operations
from jupyter_automerge.document.passed_heads import PassedHeads
from jupyter_automerge.document.sync_session import message_of_changes
from jupyter_automerge.errors import BadChunk
from jupyter_automerge.values.heads import Heads
from jupyter_automerge.values.limits import MAX_PENDING_CHANGES


class Trunk:
    """The core document, its heads, and what is needed to lose nothing when the core fails."""

    # `may_queue`: changes may wait in the core for others that are missing.
    def __init__(self, core: CoreDocument, image: bytes, may_queue: bool) -> None:
        self._core = core
        self._actor = core.get_actor()
        self.heads: Heads = frozenset(core.get_heads())
        self._pending: list[bytes] = []
        self._journal = Journal(image)
        self._graph: ChangeGraph | None = None
        self.may_queue = may_queue
        self._passed = PassedHeads(self.heads)

    @property
    def fill(self) -> Fill:
        """How full its tables are. Any thread may ask."""
        frontiers = 0 if self._graph is None else self._graph.frontiers
        return Fill(self._journal.size, len(self._passed), len(self._pending), frontiers)

    @property
    def has_pending(self) -> bool:
        """Whether the core lags behind `heads`."""
        return bool(self._pending)

    @property
    def core(self) -> CoreDocument:
        """The core with every commit in it."""
        if self._pending:
            self._core.receive_sync_message(
                new_sync_state(), decode_message(message_of_changes(self._pending))
            )
            self._pending.clear()
            self.heads = frozenset(self._core.get_heads())
            self._journal.trim(self._save)
        return self._core

    @property
    def graph(self) -> ChangeGraph:
        """Hash -> parents of every change; built on first need, extended by every move."""
        if self._graph is None:
            graph = ChangeGraph()
            for change in self.core.get_changes([]):
                graph.add(change.hash, change.deps, change.max_op)
            self._graph = graph
        return self._graph

    def known(self, changes: Heads) -> Heads:
        """Those of the changes that are in the document."""
        others = frozenset(
            change for change in changes if change not in self.heads and change not in self._passed
        )
        if not others:
            return changes
        if self._graph is None and not self.may_queue:
            # Much cheaper than the graph, and as good where nothing is queued.
            return changes - missing_changes(self.core, others)
        return changes - (others - self.graph.known(others))

    @property
    def has_graph(self) -> bool:
        """Whether the graph is there already."""
        return self._graph is not None

    def tips(self, changes: Heads) -> Heads:
        """Those of the changes that none of the others comes after, as far as is known here."""
        known = self.known(changes)
        unknown = changes - known
        if known >= self.heads:
            return self.heads | unknown
        return unknown | (self.graph.tips(known) if len(known) > 1 else known)

    def changes_since(self, heads: Heads) -> list[CoreChange]:
        """The changes outside of the ancestors of `heads`, which must be known, in an order that can be
        applied."""
        return [] if heads == self.heads else self.core.get_changes(sorted(heads))

    def commit(self, chunk: bytes, change: bytes, last_operation: int) -> None:
        """Take a change whose dependencies are the heads. The core gets it when it is next asked for."""
        before = self.heads
        try:
            self._pending.append(chunk)
            self._passed.add({change: last_operation})
            self.heads = frozenset([change])
            self._journal.add(chunk)
            if self._graph is not None:
                self._graph.add(change, before, last_operation)
        except BaseException:  # KeyboardInterrupt: whatever was reached, all of it follows from the core
            self._start_over()
            raise
        if len(self._pending) >= MAX_PENDING_CHANGES:
            _ = self.core

    def receive(self, sync_state: object, message: bytes) -> Changed | None:
        """Give a sync message to the core. Raises BadChunk; the document is then as before."""
        delivery = Delivery(message)
        core, before, graph = self.core, self.heads, self._graph
        if delivery.chunks:
            self._number_heads()
        try:
            core.receive_sync_message(sync_state, decode_message(message))
            after = frozenset(core.get_heads())
            is_whole = delivery.is_whole and graph is None and after <= before | delivery.promised
            fresh = [] if after == before or is_whole else core.get_changes(sorted(before))
            self._check(delivery.promised, fresh, after)
            last = check_numbering(fresh, self._last_operation)
        except BaseException as error:  # noqa: BLE001 - a panic is no Exception
            self._rebuild(graph)
            raise _refusal(error) from None
        if after == before:
            return None
        self._take_note(delivery, fresh, after, last)
        return Changed(before, after)

    def apply(self, chunks: Iterable[bytes]) -> Changed | None:
        """Apply chunks, one or several an entry. Raises BadChunk; the document is then as before."""
        message = message_of_changes(chunk.data for entry in chunks for chunk in split_chunks(entry))
        may_queue = self.may_queue
        try:
            return self.receive(new_sync_state(), message)
        except BadChunk:
            if not may_queue:
                raise
        # A change that was queued until now may be the guilty one. It is gone, but its sender still has it.
        return self.receive(new_sync_state(), message)

    def image(self) -> bytes:
        """The bytes that this document can be loaded from; not compact."""
        return self._journal.image()

    def _check(self, promised: Heads, fresh: list[CoreChange], after: Heads) -> None:
        """Catch what the core lets pass. Raises BadChunk.

        It drops a change that it cannot read without a word: the sender would offer it for ever. And it
        gives a change that is not written as it would write it another hash when it saves: no such document
        can be loaded.
        """
        hashes = {change.hash for change in fresh}
        if not hashes <= promised:
            leaned_on = after.union(*(change.deps for change in fresh)).difference(hashes, self._passed)
            if leaned_on and leaned_on != self.graph.known(leaned_on):
                raise BadChunk("the Automerge core would not save them as they are")
        absent = promised.difference(hashes, after)
        if self._graph is not None:
            absent -= self._graph.known(absent)
        if absent:
            self.may_queue = True
            if absent & missing_changes(self._core, absent):
                raise BadChunk("the Automerge core cannot read them")

    def _take_note(
        self, delivery: Delivery, fresh: list[CoreChange], after: Heads, last: dict[bytes, int]
    ) -> None:
        try:
            for change in fresh:
                self._journal.add(delivery.bytes_of_changes.get(change.hash) or change.bytes)
                if self._graph is not None:
                    self._graph.add(change.hash, change.deps, change.max_op)
            for chunk in () if fresh else delivery.chunks:
                self._journal.add(chunk.data)
            self._passed.add({head: last.get(head) for head in after if head not in self._passed})
            self.heads = after
            self._journal.trim(self._save)
        except BaseException:  # KeyboardInterrupt, as in commit
            self._start_over()
            raise

    def heal(self) -> None:
        """Make the core anew, after a panic in a fork of it: what made that panic may be in here too."""
        _ = self.core
        self._rebuild(self._graph)

    def _number_heads(self) -> None:
        """After a load nobody knows the last operation of its heads; the next change will go on from them."""
        if any(self._passed.last_operation(head) is None for head in self.heads):
            (document, *_) = split_chunks(self._core.save())
            self._passed.add(head_operations(document.body))

    def _last_operation(self, change: bytes) -> int:
        known = self._passed.last_operation(change)
        return self.graph.last_operation(change) if known is None else known

    def _start_over(self) -> None:
        """Derive everything from the core again."""
        self._graph = None
        self.heads = frozenset(self.core.get_heads())
        self._passed.add(dict.fromkeys(self.heads))
        self._journal.restart(self._save())

    def _save(self) -> bytes:
        return whole_document(self._core.save())

    def _rebuild(self, graph: ChangeGraph | None) -> None:
        """A panic leaves the binding's document unusable, an error perhaps half changed: make another."""
        self._graph = graph
        self.may_queue = False
        core = assemble_anew(split_chunks(self._journal.image()))
        if missing_changes(core):
            # What is queued may be the guilty one; it comes again, from its sender or the store.
            core = load_document(whole_document(core.save()))
        core.set_actor(self._actor)
        self._core = core


def _refusal(error: BaseException) -> BaseException:
    if is_panic(error):
        return BadChunk(f"the Automerge core gave up on them ({error})")
    if isinstance(error, BadChunk) or not isinstance(error, Exception):
        return error
    return BadChunk(str(error))
