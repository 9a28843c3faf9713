"""How answers about documents look as the last line of a cell: short lines in place of every field."""

from collections.abc import Callable
from typing import Any

from IPython.core.interactiveshell import InteractiveShell
from IPython.lib.pretty import RepresentationPrinter

from jupyter_automerge.kernel.peer_lines import row_line
from jupyter_automerge.kernel.wording import shown
from jupyter_automerge.repo import ChangeRecord, DocPeer, Peers, SyncReport

NOBODY = "nobody else is known to have it"


def register(shell: InteractiveShell) -> None:
    """From now on they are shown so in this shell; `repr` and `print` stay as they are."""
    for kind, words in _WORDS.items():
        shell.display_formatter.formatters["text/plain"].for_type(kind, _printer(words))


def unregister(shell: InteractiveShell) -> None:
    """They are shown by their `repr` again."""
    for kind in _WORDS:
        shell.display_formatter.formatters["text/plain"].pop(kind, None)


def _printer(words: Callable[[Any], str]) -> Callable[[Any, RepresentationPrinter, bool], None]:
    def show(value: Any, printer: RepresentationPrinter, cycle: bool) -> None:
        for number, line in enumerate(words(value).splitlines()):
            if number:
                printer.break_()
            printer.text(line)

    return show


def _peers(peers: Peers) -> str:
    return "\n".join(map(row_line, peers)) or NOBODY


def _change(change: ChangeRecord) -> str:
    moment = f"{change.time:%Y-%m-%d %H:%M:%S} UTC" if change.time else "no time"
    message = repr(shown(change.message)) if change.message else "no message"
    return f"<change {change.hash.hex()[:8]}, {moment}, {message}>"


_WORDS: dict[type, Callable[[Any], str]] = {
    SyncReport: str,
    DocPeer: row_line,
    Peers: _peers,
    ChangeRecord: _change,
}
