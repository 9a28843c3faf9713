"""Stamps: the hash of everything that a step was made from, in a file. Equal stamp, nothing to do."""

import hashlib
from collections.abc import Iterable
from pathlib import Path


def fingerprint(root: Path, files: Iterable[Path], *words: str) -> str:
    """The hash of the files' places below `root`, their bytes and the words. Missing files count as such."""
    digest = hashlib.sha256()
    for file in sorted(files):
        content = file.read_bytes() if file.is_file() else b"(missing)"
        digest.update(f"{file.relative_to(root).as_posix()}\0{len(content)}\0".encode() + content)
    digest.update("\0".join(words).encode())
    return digest.hexdigest()


def is_current(stamp: Path, wanted: str) -> bool:
    """Whether the step behind this stamp was last done from exactly these inputs."""
    return stamp.is_file() and stamp.read_text(encoding="ascii").strip() == wanted


def write_stamp(stamp: Path, value: str) -> None:
    """Note that the step is done. Called last, so that a step that broke off is done again."""
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(value + "\n", encoding="ascii")
