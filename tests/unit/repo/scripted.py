"""An Engine that does what its script says, and a transport that remembers what it was given."""

from collections.abc import Callable, Iterable

from jupyter_automerge.document import Document
from jupyter_automerge.engine.effects import Effect
from jupyter_automerge.engine.events import Event
from jupyter_automerge.engine.notices import SearchProgress, StoreRow
from jupyter_automerge.values.heads import Heads
from jupyter_automerge.values.ids import DocumentId
from jupyter_automerge.values.status import DocumentState

Script = Callable[[Event], list[Effect]]


class ScriptedEngine:
    """Keeps the batches it was given, and answers each event by the script of its kind."""

    def __init__(self, **scripts: Script) -> None:
        self.scripts = scripts
        self.batches: list[list[Event]] = []
        self.wakeup: float | None = None

    @property
    def events(self) -> list[Event]:
        return [event for batch in self.batches for event in batch]

    def kinds(self) -> list[str]:
        return [type(event).__name__ for event in self.events]

    def handle_all(self, events: Iterable[Event], now: float) -> list[Effect]:
        self.batches.append([])
        effects: list[Effect] = []
        for event in events:
            self.batches[-1].append(event)
            script = self.scripts.get(type(event).__name__)
            effects += script(event) if script is not None else []
        return effects

    def next_wakeup(self) -> float | None:
        return self.wakeup

    def document(self, document_id: DocumentId) -> Document | None:
        return None

    def state(self, document_id: DocumentId) -> DocumentState | None:
        return None

    def is_deleted(self, document_id: DocumentId) -> bool:
        return False

    def progress(self, document_id: DocumentId) -> SearchProgress | None:
        return None

    def rows(self, document_id: DocumentId) -> tuple[StoreRow, ...]:
        return ()

    def saved_heads(self, document_id: DocumentId) -> Heads:
        return frozenset()

    def is_elsewhere(self, document_id: DocumentId) -> bool:
        return False

    def metrics(self) -> dict[str, int]:
        return {}


class Pipe:
    """A transport that takes frames as long as it has room."""

    def __init__(self, room: int = 1000, diary: list[str] | None = None) -> None:
        self.room = room
        self.diary: list[str] = [] if diary is None else diary
        self.sent: list[bytes] = []
        self.closed: tuple[int | None, str] | None = None

    def send(self, frame: bytes) -> bool:
        self.sent.append(frame)
        self.diary.append(f"sent {frame.decode()}")
        self.room -= 1
        return self.room > 0

    def close(self, code: int | None, reason: str) -> None:
        self.closed = (code, reason)
