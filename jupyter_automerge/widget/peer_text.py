"""The rows of a document where nothing is live: a static table, and lines of text."""

from collections.abc import Sequence
from datetime import datetime
from html import escape
from typing import Any

from jupyter_automerge.widget.peer_words import Row

COLUMNS = ("who", "kind", "what it has", "reached", "level", "missing there", "missing here", "heard", "why")
ALONE = "nobody else is known to have it"
_LONGEST = 80


def table(title: str, summary: str, rows: Sequence[Row], moment: datetime) -> str:
    """Static and escaped HTML: it is read where no script of ours runs."""
    caption = escape(_caption(title, summary, moment))
    head = "".join(f'<th scope="col">{name}</th>' for name in COLUMNS)
    body = "".join(_line(cells(row)) for row in rows)
    return f"<table><caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def lines(title: str, summary: str, rows: Sequence[Row], moment: datetime) -> str:
    """The same as text, a line for each store."""
    caption = _caption(title, summary, moment)
    return "\n".join([caption, *(_sentence(row) for row in rows)] if rows else [caption, ALONE])


def cells(row: Row) -> tuple[str, ...]:
    """What stands in the columns."""
    return (
        _name(row),
        _shown(row["kind"]) + (", may only read" if row["reader"] else ""),
        row["says"],
        _shown(row["reach"]),
        row["level"],
        _count(row["missingThere"], "" if row["certain"] else "up to "),
        _count(row["missingHere"], "at least "),
        _time(row["asOf"]),
        _shown(row["why"]),
    )


def _caption(title: str, summary: str, moment: datetime) -> str:
    return f"Who has “{title}”, as this kernel saw it at {moment:%Y-%m-%d %H:%M:%S} UTC: {summary}"


def _sentence(row: Row) -> str:
    name, kind, says, reach, *_, why = cells(row)
    return f"  {name} ({kind or 'peer'}): {says}; {reach}{'. ' + why if why else ''}"


def _line(texts: tuple[str, ...]) -> str:
    first, *others = (escape(text) for text in texts)
    return f'<tr><th scope="row">{first}</th>{"".join(f"<td>{text}</td>" for text in others)}</tr>'


def _name(row: Row) -> str:
    return _shown(row["name"] or row["kind"] or "a peer")


def _count(count: int | None, bound: str) -> str:
    return "unknown" if count is None else f"{bound if count else ''}{count}"


def _time(iso: str | None) -> str:
    return "never" if iso is None else f"{datetime.fromisoformat(iso):%Y-%m-%d %H:%M:%S} UTC"


def _shown(text: Any) -> str:
    """A text of somebody else's on one line: bounded, without control characters, which a terminal obeys."""
    clean = "".join(character if character.isprintable() else " " for character in str(text)[: _LONGEST + 1])
    return clean if len(clean) <= _LONGEST else clean[: _LONGEST - 1] + "…"
