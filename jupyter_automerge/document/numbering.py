"""How the operations of changes are numbered: those of a change go on from the last of its dependencies.

The core does not check it, and what it saves of a change that breaks the rule cannot be loaded again
(measured).
"""

from collections.abc import Callable, Iterable

from jupyter_automerge.document.columns import read_columns, read_layout, read_runs
from jupyter_automerge.document.core import CoreChange
from jupyter_automerge.document.leb128 import read_signed, read_unsigned
from jupyter_automerge.errors import BadChunk
from jupyter_automerge.values.heads import HASH_BYTES

_LAST_OPERATION = 0x13  # the column of a document's changes


def check_numbering(
    changes: Iterable[CoreChange], last_operation: Callable[[bytes], int]
) -> dict[bytes, int]:
    """The last operation of each change. Raises BadChunk for one that does not go on from its dependencies.

    The changes come after their dependencies; `last_operation` is asked for those that are not among them.
    """
    last: dict[bytes, int] = {}
    for change in changes:
        before = max(
            (last[each] if each in last else last_operation(each) for each in change.deps), default=0
        )
        if change.start_op != before + 1:
            raise BadChunk(f"operations numbered from {change.start_op} on do not follow {before}")
        last[change.hash] = change.max_op
    return last


def head_operations(body: bytes) -> dict[bytes, int]:
    """The last operation of each head of a document chunk's body, without decoding the history."""
    at = _skip_actors(body)
    count, at = read_unsigned(body, at)
    heads = [body[i : i + HASH_BYTES] for i in range(at, at + count * HASH_BYTES, HASH_BYTES)]
    of_changes, at = read_layout(body, at + count * HASH_BYTES)
    of_operations, at = read_layout(body, at)
    columns, at = read_columns(body, at, of_changes)
    at += sum(length for _, length in of_operations)
    rows = []
    for _ in heads:
        row, at = read_unsigned(body, at)
        rows.append(row)
    return dict(zip(heads, _sums(columns.get(_LAST_OPERATION, b""), rows), strict=True))


def _skip_actors(body: bytes) -> int:
    count, at = read_unsigned(body, 0)
    for _ in range(count):
        length, at = read_unsigned(body, at)
        at += length
    return at


def _sums(deltas: bytes, rows: list[int]) -> list[int]:
    """The values of a delta column at some rows, run by run."""
    values: dict[int, int] = {}
    wanted = sorted(rows)
    row = total = 0
    for count, step in read_runs(deltas, read_signed):
        while wanted and wanted[0] < row + count:
            values[wanted[0]] = total + (wanted[0] - row + 1) * (step or 0)
            wanted.pop(0)
        row += count
        total += count * (step or 0)
    return [values[row] for row in rows]
