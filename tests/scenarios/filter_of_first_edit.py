"""A Bloom filter that holds what its sender lacks: chance makes one in a hundred, a story needs it every time."""

from dataclasses import replace

from jupyter_automerge.document import Document, SyncSession
from jupyter_automerge.engine.sync_forms import prime
from jupyter_automerge.testing.simulated_link import LinkEnd
from jupyter_automerge.values.heads import Heads
from jupyter_automerge.wire.codec import decode, encode
from jupyter_automerge.wire.messages import Sync
from jupyter_automerge.wire.sync_message import parse


class FilterOfFirstEdit:
    """The filter of somebody who has of all edits after `since` only the first."""

    def __init__(self, edited: Document, since: Heads) -> None:
        first = edited.history(since)[0].hash
        somebody, sync = edited.fork(at=frozenset([first])), SyncSession()
        somebody.receive(sync, prime(since).encode())
        message = somebody.generate(sync)
        assert message is not None
        self._bloom = parse(message).have[0].bloom
        self.is_in = False

    def slip_in(self, sender: LinkEnd, frame: bytes) -> bytes:
        """Put it in the place of the first that passes."""
        message = decode(frame)
        if self.is_in or not isinstance(message, Sync):
            return frame
        inside = parse(message.data)
        if not inside.have or not inside.have[0].bloom:
            return frame
        self.is_in = True
        have = replace(inside.have[0], bloom=self._bloom)
        return encode(replace(message, data=replace(inside, have=(have,)).encode()))
