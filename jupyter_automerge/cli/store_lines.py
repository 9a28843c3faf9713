"""What the verbs of `store` answer, in words and in JSON."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from jupyter_automerge.repo.upkeep import CheckedDocument, Contents, Copied, Garbage, Repair, StoredDocument
from jupyter_automerge.values.keys import StorageKey

_UNITS = ("B", "kB", "MB", "GB", "TB")


def amount(size: int) -> str:
    """Bytes for people: 1 kB is 1 000 B."""
    number, unit = float(size), 0
    while number >= 999.5 and unit < len(_UNITS) - 1:
        number, unit = number / 1_000, unit + 1
    return f"{size} B" if unit == 0 else f"{number:.3g} {_UNITS[unit]}"


def listing(contents: Contents) -> Iterator[str]:
    """A line for each document, the largest first, and the sum."""
    yield f"{'size':>8}  {'chunks':>6}  {'last written':<17} document"
    for stored in sorted(contents.documents, key=lambda one: -one.size):
        name = f"automerge:{stored.id}{_remark(stored)}"
        yield f"{amount(stored.size):>8}  {len(stored.chunks):>6}  {_date(stored):<17} {name}"
    chunks = sum(len(one.chunks) for one in contents.documents)
    yield f"{amount(contents.size):>8}  {chunks:>6}  in {_documents(len(contents.documents))}"
    if contents.foreign:
        yield f"and {len(contents.foreign)} entries that are nobody's we know, as {_path(contents.foreign[0].key)}"


def contents_json(contents: Contents) -> str:
    """The same for programs; `written` in seconds since 1970, null where the store keeps no times."""
    return json.dumps(
        {
            "documents": [
                {
                    "url": f"automerge:{stored.id}",
                    "size": stored.size,
                    "snapshots": stored.snapshots,
                    "increments": len(stored.chunks) - stored.snapshots,
                    "quarantined": len(stored.quarantined),
                    "deleted": stored.deleted,
                    "written": stored.written,
                }
                for stored in contents.documents
            ],
            "size": contents.size,
            "foreign": [_path(entry.key) for entry in contents.foreign],
        }
    )


def check(found: Sequence[CheckedDocument], contents: Contents) -> Iterator[str]:
    """A line for each finding, and the sum."""
    for document in found:
        for finding in document.findings:
            yield f"{finding.fault}: {_path(finding.key)} ({amount(finding.size)}): {finding.reason}"
    aside = sum(len(stored.quarantined) for stored in contents.documents)
    if aside:
        yield f"{aside} torn chunks were kept aside earlier: `repair` takes back what is whole again"
    damaged = sum(not document.is_intact for document in found)
    yield f"{_documents(len(found))}: {f'{damaged} not intact' if damaged else 'all intact'}"


def check_json(found: Sequence[CheckedDocument], contents: Contents) -> str:
    """The same for programs."""
    findings: list[dict[str, Any]] = [
        {
            "url": f"automerge:{finding.document_id}",
            "key": list(finding.key),
            "fault": finding.fault.value,
            "reason": finding.reason,
            "size": finding.size,
        }
        for document in found
        for finding in document.findings
    ]
    intact = all(document.is_intact for document in found)
    return json.dumps({"documents": len(found), "intact": intact, "findings": findings})


def repairs(steps: Sequence[Repair]) -> Iterator[str]:
    """What would be done, a line each."""
    if not steps:
        yield "nothing to repair"
    for step in steps:
        key = step.source if step.sets_aside else step.target
        yield f"{'keep aside' if step.sets_aside else 'take back'} {_path(key)}: {step.reason}"


def garbage(found: Sequence[Garbage]) -> Iterator[str]:
    """What could go, a line each, and the sum."""
    if not found:
        yield "nothing that could go"
        return
    for one in found:
        of = f"automerge:{one.of}" if one.of else "the store"
        yield f"{amount(one.size):>8}  {len(one.keys):>5} of {of}: {one.reason}"
    yield f"{amount(sum(one.size for one in found)):>8}  {sum(len(one.keys) for one in found):>5} in all"


def copied(
    done: Sequence[Copied], contents: Contents, source: str, target: str, *, moved: bool
) -> Iterator[str]:
    """The sum, and what the source itself lacked, or the target had deleted."""
    for one in done:
        if one.trouble:
            yield f"automerge:{one.what}: {one.trouble}"
    size, entries = sum(one.size for one in done), sum(one.entries for one in done)
    written = f"{amount(size)} written, {entries} entries"
    there = sum(one.is_there for one in done) - 1
    yield f"{_documents(there)} of {source} are in {target}, read back and compared: {written}"
    if contents.foreign:
        yield f"{len(contents.foreign)} entries that are nobody's we know were left behind"
    if moved:
        yield f"peers know {target} as the store that {source} was: do not use {source} any more"


def _documents(number: int) -> str:
    return "1 document" if number == 1 else f"{number} documents"


def _path(key: StorageKey) -> str:
    return "/".join(key)


def _date(stored: StoredDocument) -> str:
    if stored.written is None:
        return "unknown"
    return datetime.fromtimestamp(stored.written, UTC).strftime("%Y-%m-%d %H:%MZ")


def _remark(stored: StoredDocument) -> str:
    remarks = []
    if stored.deleted:
        remarks.append("deleted")
    if stored.quarantined:
        remarks.append(f"{len(stored.quarantined)} torn, kept aside")
    if not stored.chunks and not remarks:
        remarks.append("only notes")
    return f" ({', '.join(remarks)})" if remarks else ""
